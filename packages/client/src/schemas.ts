/**
 * The schemas of inputs that people fill in, for forms: `taskCreateForm.shape.title`, `taskUpdateForm.pick({ title: true })`,
 * `registerForm.extend({ … })`. Their messages are those of the server. They need zod 4, which is yours to install.
 */
export {
  apiTokenCreateForm,
  changePasswordForm,
  loginForm,
  registerForm,
  tagCreateForm,
  tagUpdateForm,
  taskCreateForm,
  taskListForm,
  taskUpdateForm,
} from '@taskwire/contract'
