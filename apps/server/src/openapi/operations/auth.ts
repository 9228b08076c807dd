import { passwordExample, userExample } from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

const credentials = { email: userExample.email, password: passwordExample }

const signedIn = {
  signedIn: {
    value: {
      user: userExample,
      accessToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…',
      accessTokenExpiresAt: '2026-11-21T17:20:12.000Z',
    },
  },
}

export const auth: OperationGroup<RestProcedure<'auth'>> = {
  tag: {
    name: 'auth',
    description:
      'Accounts and signing in. The access token is short-lived and goes into `Authorization: Bearer …`; the session lives in a cookie, which is looked at here alone.',
  },
  operations: {
    'auth.register': {
      operationId: 'register',
      description: 'A password that is short, common or easy to guess is a `VALIDATION_FAILED` that says why.',
      body: { account: { value: credentials } },
      answer: signedIn,
      headers: ['SetCookie'],
    },
    'auth.login': {
      operationId: 'login',
      description:
        'Whatever is wrong, the answer is `INVALID_CREDENTIALS`. After some failures in a row there is a wait, which grows with each further one.',
      body: { account: { value: credentials } },
      answer: signedIn,
      headers: ['SetCookie'],
    },
    'auth.refresh': {
      operationId: 'refresh',
      description:
        'Send the cookie and nothing else: the answer has a new access token, and the next cookie where it is time for one. A cookie that was replaced long ago ends the session, since somebody else may have it.',
      answer: signedIn,
      headers: ['SetCookie'],
    },
    'auth.logout': {
      operationId: 'logout',
      description: 'The cookie is taken back. Access tokens of the session stop working within seconds.',
      headers: ['SetCookie'],
    },
    'auth.me': {
      operationId: 'getMe',
      description: 'Works with every kind of token: a way to find out whose it is, and whether it still works.',
      answer: { user: { value: userExample } },
    },
    'auth.changePassword': {
      operationId: 'changePassword',
      description:
        'The session of the call goes on; API tokens end as well unless `keepApiTokens` is true. `INVALID_CREDENTIALS` when the current password is wrong.',
      body: { password: { value: { currentPassword: passwordExample, newPassword: 'a train at nine, two seats' } } },
    },
    'auth.deleteAccount': {
      operationId: 'deleteAccount',
      description:
        'There is no way back. Everybody is signed out within a moment and the address is free; what a large account holds is removed from the disk within minutes. Takes the password in the body. API tokens may not do this: `FORBIDDEN`; the token of another issuer may, without a password.',
      body: { password: { value: { password: passwordExample } } },
      headers: ['SetCookie'],
    },
  },
}
