import { loginInputSchema } from '@taskwire/contract'
import type { OperationObject, SchemaObject } from 'openapi3-ts/oas31'
import { fieldSchemas } from '../rest/input-schema.ts'
import { passwordExample, userExample } from './examples.ts'
import { answerHeaders } from './headers.ts'
import { problemResponse } from './problems.ts'
import { failuresByStatus } from './reasons.ts'
import { asOpenApi, referenceTo } from './schemas.ts'

const { email = {}, password = {} } = fieldSchemas(loginInputSchema)

/** Of the form and of its answer: the names are those of OAuth 2 (RFC 6749). */
export const tokenSchemas: Record<'TokenForm' | 'TokenResult', SchemaObject> = {
  TokenForm: {
    type: 'object',
    description: 'The form of the password grant. Further fields are ignored.',
    properties: {
      grant_type: { type: 'string', const: 'password', description: 'May be left out.' },
      username: { ...asOpenApi(email), description: 'The email address.' },
      password: { ...asOpenApi(password), description: 'The password of the account.' },
      scope: { type: 'string', description: 'Ignored: there are no scopes.' },
      client_id: { type: 'string', description: 'Ignored: clients need not be known.' },
      client_secret: { type: 'string', description: 'Ignored, likewise.' },
    },
    required: ['username', 'password'],
  },
  TokenResult: {
    type: 'object',
    description: 'An access token as OAuth 2 clients read it.',
    properties: {
      access_token: { type: 'string', description: 'To send as `Authorization: Bearer …`.' },
      token_type: { type: 'string', const: 'bearer', description: 'How to send it.' },
      expires_in: { type: 'integer', minimum: 0, description: 'Seconds until it stops working.' },
      refresh_token: {
        type: 'string',
        description: 'Only for a client that asked for it by `taskwire-session: body`, on a server that allows it.',
      },
    },
    required: ['access_token', 'token_type', 'expires_in'],
    additionalProperties: false,
  },
}

const failures = failuresByStatus({ access: 'anyone', method: 'POST', mostBytes: 0, fields: ['password'] }, [
  'INVALID_CREDENTIALS',
  'CROSS_SITE',
])

/** Signing in as OAuth 2 clients do: another form of `auth.login`. */
export const tokenOperation: OperationObject = {
  operationId: 'createAccessToken',
  tags: ['auth'],
  summary: 'Signs in by the password form of OAuth 2',
  description:
    'For clients that know OAuth 2 alone: `POST /auth/login` by another form, with the same limits and the same cookie. A query is refused (`VALIDATION_FAILED`), since whatever lies between would have it in its logs. The page of another site may not send it: `CROSS_SITE`.',
  security: [],
  requestBody: {
    required: true,
    content: {
      'application/x-www-form-urlencoded': {
        schema: { $ref: referenceTo('TokenForm') },
        examples: {
          account: { value: { grant_type: 'password', username: userExample.email, password: passwordExample } },
        },
      },
    },
  },
  responses: {
    200: {
      description: 'Done.',
      headers: answerHeaders('SetCookie'),
      content: {
        'application/json': {
          schema: { $ref: referenceTo('TokenResult') },
          examples: {
            signedIn: {
              value: {
                access_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…',
                token_type: 'bearer',
                expires_in: 900,
              },
            },
          },
        },
      },
    },
    ...Object.fromEntries(Array.from(failures, ([status, some]) => [status, problemResponse(status, some)])),
  },
}
