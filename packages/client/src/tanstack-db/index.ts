export {
  type TaskwireCollectionConfig,
  type TaskwireCollectionOptions,
  tagCollectionOptions,
  taskCollectionOptions,
} from './collection-options.ts'
export { type NewTag, type NewTask, newTag, newTask } from './new-rows.ts'
