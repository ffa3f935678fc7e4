import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PartialMessage, Plugin } from 'esbuild';
import { definitionFile, formatOf } from '../../asl/document/readDocument.ts';
import { errorsIn, loadDefinition, type PlacedProblem } from '../../asl/load.ts';

/** Whether a file is a definition in Amazon States Language: `orders.asl.json`, `orders.asl.yaml`. */
export function isDefinitionFile(file: string): boolean {
  return definitionFile.test(file);
}

/** Id of the machine in a file: `orders`. */
export function definitionId(file: string): string {
  return basename(file).replace(definitionFile, '');
}

/** Definitions come as the modules that they would be: with their machine as default export. */
export function definitions(resolveDir: string): Plugin {
  return {
    name: 'amazon-states-language',
    setup: ({ onLoad }) => {
      onLoad({ filter: definitionFile }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const loaded = loadDefinition(text, formatOf(path));
        const errors = errorsIn(loaded).map((problem) => messageOf(problem, path, text));
        if (errors.length > 0 || loaded.definition === undefined) return { errors };
        const contents = `import { deployedMachine } from 'millrace/asl/machine';
export default deployedMachine(${JSON.stringify(JSON.stringify(loaded.definition))}, ${JSON.stringify(definitionId(path))}, process.env);
`;
        return { contents, loader: 'js', resolveDir };
      });
    },
  };
}

function messageOf(
  { pointer, message, remedy, line, column }: PlacedProblem,
  file: string,
  text: string,
): PartialMessage {
  return {
    text: `${pointer === '' ? '' : `${pointer}: `}${message}. To correct it, ${remedy}.`,
    location:
      line === undefined || column === undefined
        ? { file }
        : { file, line, column: column - 1, lineText: text.split('\n')[line - 1] ?? '' },
  };
}
