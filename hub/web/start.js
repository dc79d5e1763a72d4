"use strict";
const at = (id) => document.getElementById(id);

async function ask() {
  at("status").textContent = "asking…";
  const started = performance.now();
  try {
    const token = await tokenOf(at("persona").value);
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: at("query").value }),
    });
    at("answer").textContent = JSON.stringify(await response.json(), null, 2);
    at("status").textContent = `answered in ${Math.round(performance.now() - started)} ms`;
  } catch (error) {
    at("status").textContent = "the hub does not answer; is it still running?";
  }
}

function choose(example, button) {
  for (const other of at("examples").children) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", "true");
  at("query").value = example.query;
  at("persona").value = example.persona ?? "";
  return ask();
}

function exampleButton(example) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = example.persona ? `${example.title} — ${example.persona}` : example.title;
  button.addEventListener("click", () => choose(example, button));
  return button;
}

function personaRow(persona) {
  at("persona").add(new Option(`${persona.name}: ${persona.doc}`, persona.name));
  const row = at("personas").insertRow();
  const name = document.createElement("code");
  name.textContent = persona.name;
  row.insertCell().append(name);
  row.insertCell().textContent = persona.doc;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "show token";
  button.addEventListener("click", async () => {
    at("token").hidden = false;
    at("token").value = await tokenOf(persona.name);
    at("token").select();
  });
  row.insertCell().append(button);
}

async function start() {
  const contents = await (await fetch("/start/contents.json")).json();
  contents.personas.forEach(personaRow);
  at("sign-in").hidden = at("sample").hidden = contents.personas.length === 0;
  if (contents.browser) {
    at("browser").hidden = false;
    at("browser").querySelector("a").href = contents.browser;
  }
  const buttons = contents.examples.map(exampleButton);
  at("examples").append(...buttons);
  at("run").addEventListener("click", ask);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
  });
  await choose(contents.examples[0], buttons[0]);
}

start();
