// An OpenID provider for tests: whoever types a login is that person. It counts what it is asked, and lives can be set.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , modules, port] = process.argv;
const found = createRequire(`${modules}/x.js`).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(found));
const issuer = `http://127.0.0.1:${port}`;
const counts = {};
let lives = 3600;
let isBroken = false;
const grants = new Set();

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'console', application_type: 'native', token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/'] },
    { client_id: 'confidential', client_secret: process.env.CLIENT_WORD, application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/'] },
    { client_id: 'mailserver', client_secret: 'mailserver', grant_types: [], response_types: [], redirect_uris: [] },
  ],
  cookies: { keys: ['only for tests'] },
  features: { devInteractions: { enabled: true }, introspection: { enabled: true }, revocation: { enabled: true } },
  rotateRefreshToken: true,
  ttl: { AccessToken: () => lives, RefreshToken: 86400, Grant: 86400, Session: 3600, Interaction: 3600, IdToken: 3600 },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
const answer = provider.callback();

provider.on('grant.success', (ctx) => grants.add(ctx.oidc.entities.Grant?.jti ?? ctx.oidc.entities.AccessToken.grantId));
createServer(async (request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/test/counts') {
    response.end(JSON.stringify(counts));
  } else if (path === '/test/set') {
    const asked = new URL(request.url, issuer).searchParams;
    if (asked.has('lives')) lives = Number(asked.get('lives'));
    if (asked.has('broken')) isBroken = asked.get('broken') === 'yes';
    if (asked.has('forget')) {
      for (const grant of grants) {
        await provider.RefreshToken.revokeByGrantId(grant);
        await provider.AccessToken.revokeByGrantId(grant);
      }
    }
    if (asked.has('drop')) await (await provider.AccessToken.find(asked.get('drop'))).destroy();
    response.end('set');
  } else {
    counts[path] = (counts[path] ?? 0) + 1;
    if (isBroken && path === '/token') {
      response.statusCode = 503;
      response.end('<html>down for maintenance</html>');
    } else {
      answer(request, response);
    }
  }
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
