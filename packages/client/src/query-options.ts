import type {
  DataTag,
  DefinedInitialDataInfiniteOptions,
  DefinedInitialDataOptions,
  InfiniteData,
  QueryFilters,
  SkipToken,
  UndefinedInitialDataInfiniteOptions,
  UndefinedInitialDataOptions,
  UnusedSkipTokenInfiniteOptions,
  UnusedSkipTokenOptions,
  UseMutationOptions,
} from '@tanstack/react-query'
import type { AppRouter } from '@taskwire/router'
import type { TaskwireError } from './error.ts'
import type { CallableName, InputOf, OutputOf, TaskwireProcedures } from './procedures.ts'
import type { ProcedurePath } from './router-types.ts'

type Routers = AppRouter['_def']['record']

/** Under which an answer is cached: `[['task', 'list'], { input, type: 'query' }]`. */
export type TaskwireQueryKey = [path: string[], options?: { input?: unknown; type?: 'query' | 'infinite' }]

/** `[['task', 'create']]`. */
export type TaskwireMutationKey = [path: string[]]

type Key<Data> = DataTag<TaskwireQueryKey, Data, TaskwireError>
type Filters<Key extends TaskwireQueryKey> = QueryFilters<Key> & { queryKey: Key }

/** What the maker of options states itself. */
type Stated = 'queryKey' | 'queryFn' | 'queryHash' | 'queryHashFn'

interface QueryIn<Output, Data>
  extends Omit<UndefinedInitialDataOptions<Output, TaskwireError, Data, TaskwireQueryKey>, Stated> {}
interface QueryInForSuspense<Output, Data>
  extends Omit<UnusedSkipTokenOptions<Output, TaskwireError, Data, TaskwireQueryKey>, Stated> {}
interface QueryInWithData<Output, Data>
  extends Omit<DefinedInitialDataOptions<Output, TaskwireError, Data, TaskwireQueryKey>, Stated> {}

// Not interfaces: whoever emits declarations can name TanStack Query's types, but none that is ours alone.
type QueryOut<Output, Data> = UndefinedInitialDataOptions<Output, TaskwireError, Data, TaskwireQueryKey> & At<Output>
type QueryOutForSuspense<Output, Data> = UnusedSkipTokenOptions<Output, TaskwireError, Data, TaskwireQueryKey> &
  At<Output>
type QueryOutWithData<Output, Data> = DefinedInitialDataOptions<Output, TaskwireError, Data, TaskwireQueryKey> &
  At<Output>
type At<Data> = { queryKey: Key<Data> }

/** An input may be left out where the procedure takes none, or where all of it is optional. */
type Given<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options]

/** What reads a page, and what is shown of all of them. */
type Pages<Output> = InfiniteData<Output, string | null>
type PageStated = Stated | 'initialPageParam'

interface PagesIn<Output, Data>
  extends Omit<
      UndefinedInitialDataInfiniteOptions<Output, TaskwireError, Data, TaskwireQueryKey, string | null>,
      PageStated
    >,
    FirstPage {}
interface PagesInForSuspense<Output, Data>
  extends Omit<
      UnusedSkipTokenInfiniteOptions<Output, TaskwireError, Data, TaskwireQueryKey, string | null>,
      PageStated
    >,
    FirstPage {}
interface PagesInWithData<Output, Data>
  extends Omit<
      DefinedInitialDataInfiniteOptions<Output, TaskwireError, Data, TaskwireQueryKey, string | null>,
      PageStated
    >,
    FirstPage {}

interface FirstPage {
  /** Where to begin; absent: with the first page. */
  initialCursor?: string | null
}

type PagesOut<Output, Data> = UndefinedInitialDataInfiniteOptions<
  Output,
  TaskwireError,
  Data,
  TaskwireQueryKey,
  string | null
> &
  At<Pages<Output>>
type PagesOutForSuspense<Output, Data> = UnusedSkipTokenInfiniteOptions<
  Output,
  TaskwireError,
  Data,
  TaskwireQueryKey,
  string | null
> &
  At<Pages<Output>>
type PagesOutWithData<Output, Data> = DefinedInitialDataInfiniteOptions<
  Output,
  TaskwireError,
  Data,
  TaskwireQueryKey,
  string | null
> &
  At<Pages<Output>>

/** What TanStack Query takes for a procedure that reads. */
interface QueryOptions<Input, Output> extends PathOptions {
  /** For `useQuery`, `useSuspenseQuery`, `prefetchQuery` and their like. With `skipToken` as input the query waits. */
  queryOptions<Data = Output>(
    ...given: [input: Input | SkipToken, options: QueryInWithData<Output, Data>]
  ): QueryOutWithData<Output, Data>
  queryOptions<Data = Output>(
    ...given: Given<Input, QueryInForSuspense<Output, Data>>
  ): QueryOutForSuspense<Output, Data>
  queryOptions<Data = Output>(...given: Given<Input | SkipToken, QueryIn<Output, Data>>): QueryOut<Output, Data>
  /** Where the answer to this input is cached; without an input, all answers of the procedure. */
  readonly queryKey: (input?: Partial<Input>) => Key<Output>
  /** For `invalidateQueries` and its like. */
  readonly queryFilter: (input?: Partial<Input>, filters?: QueryFilters<Key<Output>>) => Filters<Key<Output>>
}

/** The same for a procedure that reads page by page. */
interface PagesOptions<Input, Output> extends QueryOptions<Input, Output> {
  /** For `useInfiniteQuery` and its like, by the cursor that each page answers. */
  infiniteQueryOptions<Data = Pages<Output>>(
    input: Input | SkipToken,
    options: PagesInWithData<Output, Data>,
  ): PagesOutWithData<Output, Data>
  infiniteQueryOptions<Data = Pages<Output>>(
    input: Input,
    options: PagesInForSuspense<Output, Data>,
  ): PagesOutForSuspense<Output, Data>
  infiniteQueryOptions<Data = Pages<Output>>(
    input: Input | SkipToken,
    options: PagesIn<Output, Data>,
  ): PagesOut<Output, Data>
  /** Where the pages of this input are cached; without an input, all pages of the procedure. */
  readonly infiniteQueryKey: (input?: Partial<Input>) => Key<Pages<Output>>
  /** For `invalidateQueries` and its like. */
  readonly infiniteQueryFilter: (
    input?: Partial<Input>,
    filters?: QueryFilters<Key<Pages<Output>>>,
  ) => Filters<Key<Pages<Output>>>
}

interface MutationIn<Path extends ProcedurePath, Input, Output, Context>
  extends Omit<UseMutationOptions<Output, TaskwireError<Path>, Input, Context>, 'mutationKey' | 'mutationFn'> {}
type MutationOut<Path extends ProcedurePath, Input, Output, Context> = UseMutationOptions<
  Output,
  TaskwireError<Path>,
  Input,
  Context
> & { mutationKey: TaskwireMutationKey }

/** What TanStack Query takes for a procedure that changes something. */
interface MutationOptions<Path extends ProcedurePath, Input, Output> {
  /** For `useMutation`. Of the procedure's own errors: a `VERSION_CONFLICT` has a task, or a tag. */
  readonly mutationOptions: <Context = unknown>(
    options?: MutationIn<Path, Input, Output, Context>,
  ) => MutationOut<Path, Input, Output, Context>
  /** For `useIsMutating`, `useMutationState` and their like. */
  readonly mutationKey: () => TaskwireMutationKey
}

/** Finds what is cached of every procedure below. */
interface PathOptions {
  /** The beginning of their keys. */
  readonly pathKey: () => TaskwireQueryKey
  /** For `invalidateQueries` and its like. */
  readonly pathFilter: (filters?: QueryFilters<TaskwireQueryKey>) => Filters<TaskwireQueryKey>
}

type OptionsOf<Path, Procedure> = Procedure extends { _def: { type: 'query' } }
  ? 'cursor' extends keyof NonNullable<InputOf<Procedure>>
    ? PagesOptions<InputOf<Procedure>, OutputOf<Procedure>>
    : QueryOptions<InputOf<Procedure>, OutputOf<Procedure>>
  : MutationOptions<Extract<Path, ProcedurePath>, Variables<InputOf<Procedure>>, OutputOf<Procedure>>

// biome-ignore lint/suspicious/noConfusingVoidType: TanStack Query calls `mutate()` without an argument for `void` alone
type Variables<Input> = undefined extends Input ? Exclude<Input, undefined> | void : Input

/** Keeps what the router says of each procedure, which a mapping with `as` would lose. */
type NamedOptions<Path extends string, Group, Name extends keyof Group> = {
  readonly [Each in Name]: OptionsOf<`${Path}.${Each & string}`, Group[Each]>
}

type GroupOptions<Group extends keyof Routers> = NamedOptions<Group, Routers[Group], CallableName<Routers[Group]>> &
  PathOptions

/**
 * Every procedure of the server by its name, with what TanStack Query's hooks take: `queryOptions`,
 * `infiniteQueryOptions`, `mutationOptions`, and `queryKey` and `pathKey` to find what is cached.
 */
export type TaskwireOptions = PathOptions & {
  readonly [Group in keyof TaskwireProcedures]: GroupOptions<Group>
}
