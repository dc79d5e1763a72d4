// Runs the GraphQL over HTTP audits against the address given and prints one JSON list of [id, name, status, reason].
import { serverAudits } from 'graphql-http';

const results = [];
for (const audit of serverAudits({ url: process.argv[2], fetchFn: fetch })) {
  const result = await audit.fn();
  results.push([audit.id, audit.name, result.status, result.status === 'ok' ? '' : String(result.reason)]);
}
console.log(JSON.stringify(results));
