/**
 * Stands in a task's input for the token of its attempt, which is known only when the task is handed over. The
 * function that runs the task gets the token in its place, also within longer texts. For tasks with `waitForResult`.
 */
export const taskTokenPlaceholder = '%millrace:task-token%';

/** An input with the token in the place of each placeholder. */
export function withTaskToken<Input>(input: Input, token: string): Input {
  const text: string | undefined = JSON.stringify(input);
  if (text === undefined || !text.includes(taskTokenPlaceholder)) return input;
  const written = JSON.stringify(token).slice(1, -1);
  const replaced: Input = JSON.parse(text.replaceAll(taskTokenPlaceholder, () => written));
  return replaced;
}
