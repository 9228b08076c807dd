/**
 * Makes one call of those that come at the same moment.
 *
 * @param readAll answers in the order of the questions
 */
export function batched<Question, Answer>(
  readAll: (questions: Question[]) => Promise<Answer[]>,
): (question: Question) => Promise<Answer | undefined> {
  let asked: Question[] = []
  let answers: Promise<Answer[]> | undefined

  async function ask(): Promise<Answer[]> {
    await new Promise((resolve) => setImmediate(resolve))
    const questions = asked
    asked = []
    answers = undefined
    return readAll(questions)
  }

  return async (question) => {
    const index = asked.push(question) - 1
    answers ??= ask()
    return (await answers)[index]
  }
}
