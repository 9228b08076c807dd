// Swagger UI's dark colours hang on a class.
const dark = matchMedia('(prefers-color-scheme: dark)')
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followScheme)
followScheme()

// Of the OAuth 2 password form the server reads the user's name and password: without this, an Authorization header for
// an application would be sent as well.
const signInWithoutClient = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorizePassword: (signIn) => (form) =>
          signIn({ ...form, passwordType: 'request-body', clientId: '', clientSecret: '' }),
      },
    },
  },
}

// The page needs no more of it than the access token: the cookie would replace the session of whoever is signed in on this
// origin, and stay for its 30 days.
const withoutCookie = (request) =>
  new URL(request.url, location.href).pathname === '/api/auth/token' ? { ...request, credentials: 'omit' } : request

// The defaults ask another host whether the document is valid.
SwaggerUIBundle({
  url: '/api/openapi.json',
  domNode: document.getElementById('reference'),
  plugins: [signInWithoutClient],
  requestInterceptor: withoutCookie,
  validatorUrl: null,
  // A token in the browser's storage would outlive the page.
  persistAuthorization: false,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
})
