"use strict";
const tokens = new Map();

// a token of a persona of the sample world, asked for once; none for the public
async function tokenOf(persona) {
  if (!persona) return null;
  if (!tokens.has(persona)) {
    const response = await fetch(`/sample/token/${persona}`, { method: "POST", headers: { "content-type": "application/json" } });
    tokens.set(persona, (await response.json()).token);
  }
  return tokens.get(persona);
}
