"use strict";
const at = (id) => document.getElementById(id);
let persona = "";
let shown = { query: "", variables: "" };

function choose(name) {
  persona = name;
  for (const button of at("personas").children) button.setAttribute("aria-pressed", String(button.value === name));
}

function personaButton({ name, doc }) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", value: name, textContent: name || "the public", title: doc });
  button.addEventListener("click", () => choose(name));
  return button;
}

// a question as a link: its text, variables and persona after the #, which no server ever sees
const toLink = (question) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(question))));
const fromLink = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))));

function shared() {
  const text = new URLSearchParams(location.hash.slice(1)).get("question");
  if (!text) return null;
  try {
    return fromLink(text);
  } catch {
    at("told").textContent = "this link is damaged";
    return null;
  }
}

async function share() {
  const link = new URLSearchParams({ question: toLink({ ...shown, persona }) });
  history.replaceState(null, "", `#${link}`);
  try {
    await navigator.clipboard.writeText(location.href);
    at("told").textContent = "copied";
  } catch {
    at("told").textContent = "the address bar has it";
  }
}

async function start() {
  const contents = await (await fetch("/start/contents.json")).json();
  const people = [{ name: "", doc: "without signing in" }, ...contents.personas];
  at("personas").append(...people.map(personaButton));
  const byQuery = new Map(contents.examples.map((example) => [example.query, example.persona ?? ""]));
  const link = shared();
  const tabs = contents.examples.map(({ query }) => ({ query }));
  if (link) tabs.unshift({ query: link.query, variables: link.variables });
  shown = { query: tabs[0].query, variables: tabs[0].variables ?? "" };
  choose(link?.persona ?? byQuery.get(shown.query) ?? "");

  const send = GraphiQL.createFetcher({
    url: "/graphql",
    fetch: async (url, options) => {
      const token = await tokenOf(persona);
      return fetch(url, { ...options, headers: { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) } });
    },
  });
  const kept = new Map();
  const onTabChange = ({ tabs: open, activeTabIndex }) => {
    const { query, variables } = open[activeTabIndex];
    if (query !== shown.query && byQuery.has(query)) choose(byQuery.get(query));
    shown = { query: query ?? "", variables: variables ?? "" };
  };
  ReactDOM.createRoot(at("graphiql")).render(
    React.createElement(GraphiQL, {
      // just after a tab was chosen, GraphiQL may still send the name of the one before
      fetcher: (asked, options) =>
        send(asked.query.includes(asked.operationName) ? asked : { ...asked, operationName: undefined }, options),
      defaultTabs: tabs,
      defaultEditorToolsVisibility: "variables",
      onEditQuery: (query) => (shown = { ...shown, query }),
      onEditVariables: (variables) => (shown = { ...shown, variables }),
      onTabChange,
      // examples and the shared question open anew each time: nothing of an earlier visit stands in their way
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, value),
        removeItem: (key) => kept.delete(key),
        clear: () => kept.clear(),
        get length() { return kept.size; },
      },
    }),
  );
  at("share").addEventListener("click", share);
}

start();
