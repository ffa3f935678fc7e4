import { type Node, UnsupportedPatternError } from './syntax.ts';

/** The next thing that a thread of the match does, by the place of the instruction. */
export type Instruction =
  | { readonly type: 'unit'; readonly matches: (unit: string) => boolean }
  | { readonly type: 'start' | 'end' | 'boundary' | 'notBoundary' }
  /** Goes on at both, at the first by preference. */
  | { type: 'split'; first: number; second: number }
  | { type: 'jump'; to: number }
  | { readonly type: 'save'; readonly slot: number }
  | { readonly type: 'matched' };

/** Repeated groups are written out, so that a short text could make a very long program. */
const mostInstructions = 5000;

/** @throws UnsupportedPatternError where the program would be too long */
export function compilePattern(node: Node): readonly Instruction[] {
  const program: Instruction[] = [];
  emit({ type: 'group', index: 0, node }, program);
  program.push({ type: 'matched' });
  return program;
}

function emit(node: Node, program: Instruction[]): void {
  if (program.length > mostInstructions) {
    throw new UnsupportedPatternError(
      'The regular expression is too large when its repetitions are written out.',
    );
  }
  switch (node.type) {
    case 'empty':
      return;
    case 'unit':
    case 'start':
    case 'end':
    case 'boundary':
    case 'notBoundary':
      program.push(node);
      return;
    case 'sequence':
      for (const each of node.nodes) emit(each, program);
      return;
    case 'group':
      if (node.index !== undefined) program.push({ type: 'save', slot: 2 * node.index });
      emit(node.node, program);
      if (node.index !== undefined) program.push({ type: 'save', slot: 2 * node.index + 1 });
      return;
    case 'either':
      emitEither(node.nodes, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitEither([first, ...others]: readonly Node[], program: Instruction[]): void {
  if (first === undefined) return;
  if (others.length === 0) {
    emit(first, program);
    return;
  }
  const split: Instruction = { type: 'split', first: program.length + 1, second: 0 };
  program.push(split);
  emit(first, program);
  const jump: Instruction = { type: 'jump', to: 0 };
  program.push(jump);
  split.second = program.length;
  emitEither(others, program);
  jump.to = program.length;
}

function emitRepeat(
  { node, least, most, lazy }: Extract<Node, { type: 'repeat' }>,
  program: Instruction[],
): void {
  for (let i = 0; i < least; i++) emit(node, program);
  if (most === Infinity) {
    const split = optional(program, lazy);
    const start = program.length - 1;
    emit(node, program);
    program.push({ type: 'jump', to: start });
    split(program.length);
    return;
  }
  const ends: ((to: number) => void)[] = [];
  for (let i = least; i < most; i++) {
    ends.push(optional(program, lazy));
    emit(node, program);
  }
  for (const end of ends) end(program.length);
}

/** Begins what may be left out. Answers how to say where that leads. */
function optional(program: Instruction[], lazy: boolean): (end: number) => void {
  const within = program.length + 1;
  const split: Extract<Instruction, { type: 'split' }> = { type: 'split', first: within, second: within };
  program.push(split);
  return (end) => {
    if (lazy) split.first = end;
    else split.second = end;
  };
}
