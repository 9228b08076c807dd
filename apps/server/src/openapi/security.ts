import type { SecuritySchemeObject } from 'openapi3-ts/oas31'

/** The ways to say who calls. */
export const securitySchemes: Record<'bearer' | 'session' | 'password', SecuritySchemeObject> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An access token, as signing in answers it, or an API token (`twk_…`): `Authorization: Bearer …`. Where the server knows another issuer, its tokens as well.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-taskwire',
    description:
      "The session's cookie, which signing in sets; on http://localhost it is called `taskwire`. It is looked at by `POST /auth/refresh` and `POST /auth/logout` alone, and only from pages of this site or of those that the server trusts.",
  },
  password: {
    type: 'oauth2',
    description: 'Email and password for an access token, as OAuth 2 clients send them.',
    flows: { password: { tokenUrl: '/api/auth/token', scopes: {} } },
  },
}
