import { type SimulationOptions, type SimulationResult, simulate } from './simulation.ts';

/** The parts of a failing run that can be left out while it still fails in the same way. */
export interface Shrunk {
  readonly without: ReadonlySet<string>;
  readonly withoutOperations: ReadonlySet<number>;
  readonly result: SimulationResult;
  readonly runs: number;
}

const mostRuns = 400;

/** Leaves out kinds of faults, then operations, then single faults, larger parts first. */
export async function shrink(seed: number): Promise<Shrunk> {
  let result = await simulate({ seed });
  const { error, operations } = result;
  if (!error) throw new Error(`Seed ${seed} does not fail.`);
  let without: ReadonlySet<string> = new Set();
  let withoutOperations: ReadonlySet<number> = new Set();
  let runs = 0;
  const isSame = async (options: Omit<SimulationOptions, 'seed'>): Promise<boolean> => {
    if (++runs > mostRuns) return false;
    const tried = await simulate({ seed, ...options });
    const isAlike = tried.error !== undefined && kindOf(tried.error) === kindOf(error);
    if (isAlike) result = tried;
    return isAlike;
  };
  await leaveOut([...new Set(result.faults.map(kindOfFault))], async (some) => {
    const more = new Set([...without, ...some]);
    if (!(await isSame({ without: more, withoutOperations }))) return false;
    without = more;
    return true;
  });
  await leaveOut([...operations.keys()], async (some) => {
    const more = new Set([...withoutOperations, ...some]);
    if (!(await isSame({ without, withoutOperations: more }))) return false;
    withoutOperations = more;
    return true;
  });
  await leaveOut([...result.faults], async (some) => {
    const more = new Set([...without, ...some]);
    if (!(await isSame({ without: more, withoutOperations }))) return false;
    without = more;
    return true;
  });
  return { without, withoutOperations, result, runs };
}

/** Tries to do without all of them, then without halves of what is left, down to single ones. */
async function leaveOut<Part>(
  parts: readonly Part[],
  tryWithout: (some: readonly Part[]) => Promise<boolean>,
): Promise<void> {
  if (parts.length === 0 || (await tryWithout(parts)) || parts.length === 1) return;
  const middle = Math.ceil(parts.length / 2);
  await leaveOut(parts.slice(0, middle), tryWithout);
  await leaveOut(parts.slice(middle), tryWithout);
}

function kindOfFault(fault: string): string {
  return fault.split(':')[0] ?? fault;
}

/** The invariant; of a defect, its name. */
function kindOf(error: Error): string {
  return 'invariant' in error ? `invariant ${error.invariant}` : error.name;
}
