import { childId, childNumber, parentOf } from '../../orchestrator/core/execution/model/addresses.ts';
import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { InvalidLogError } from '../../orchestrator/core/execution/model/log.ts';
import type { ExecutionVersion } from '../../orchestrator/table/requests.ts';
import type { Outlines } from '../../orchestrator/table/table.ts';
import { unapplied } from './assess.ts';
import type { Finding } from './findings.ts';
import { type Partition, partitionOf } from './partition.ts';

/** Parents are asked for by each of their children: those that were are remembered for so long. */
const rememberedParents = 10_000;

/**
 * Whether a child and its parent know of each other. A message between them is in one transaction with the commit that
 * decides on it, so a message that lies in a journal is not a finding here: it is one of `unapplied`.
 */
export class Family {
  readonly #outlines: Pick<Outlines, 'readStatus' | 'readOutline'>;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  readonly #parents = new Map<string, Promise<ExecutionVersion | undefined>>();

  constructor(outlines: Pick<Outlines, 'readStatus' | 'readOutline'>, now: () => number) {
    this.#outlines = outlines;
    this.#now = now;
  }

  async findings({ executionId, execution }: Partition): Promise<Finding[]> {
    if (!execution) return [];
    const isLive = !hasEnded(execution.status);
    const orphaned = isLive ? await this.#orphaned(executionId) : [];
    const lost: Finding[] = [];
    if (execution.status === 'RUNNING' && !execution.isWaiting && !execution.hasOutbox) {
      for (const child of execution.children) lost.push(...(await this.#childLost(executionId, child)));
    }
    return [...orphaned, ...lost];
  }

  async #orphaned(executionId: string): Promise<Finding[]> {
    const parentId = parentOf(executionId);
    if (parentId === undefined) return [];
    const number = childNumber(executionId, parentId) ?? -1;
    if (isAwaited(await this.#rememberedParent(parentId), number)) return [];
    // The remembered state may be outdated. The child is read after its parent, so its parent's message is there by then.
    const parent = await this.#outlines.readStatus(parentId);
    if (isAwaited(parent, number)) return [];
    const { execution, journal } = await this.#partition(executionId);
    if (!execution || hasEnded(execution.status)) return [];
    const isTold = journal.some(({ reference }) => reference.startsWith(`message#${parentId}#`));
    const isUnapplied = isTold && (await this.#hasUnapplied(executionId, `message#${parentId}#`));
    if (isUnapplied || (await this.#partition(parentId)).execution?.hasOutbox) return [];
    const why = !parent ? 'is gone' : hasEnded(parent.status) ? `is ${parent.status}` : 'does not know it';
    const detail = `Its parent '${parentId}' ${why}. Stop it, unless it was redriven on purpose.`;
    return [{ kind: 'orphaned', executionId, detail }];
  }

  async #childLost(parentId: string, number: number): Promise<Finding[]> {
    const id = childId(parentId, number);
    const child = await this.#outlines.readStatus(id);
    if (child && !hasEnded(child.status)) return [];
    const { execution: own, journal } = await this.#partition(id);
    // A start that was never applied, and a word that is still to be delivered, are findings of the child.
    if (own ? own.hasOutbox || !hasEnded(own.status) : journal.length > 0) return [];
    // The parent is read after its child: what the child's end told it is there by then.
    const { execution } = await this.#partition(parentId);
    const isStillAwaited =
      execution?.status === 'RUNNING' && !execution.hasOutbox && execution.children.includes(number);
    if (!isStillAwaited || (await this.#hasUnapplied(parentId, `message#${id}#`))) return [];
    const why = own ? `has ended (${own.status}) and never said so` : 'is not there';
    const detail = `Its child '${id}' ${why}. It will not get a result any more: stop it, and start it again.`;
    return [{ kind: 'childLost', executionId: parentId, detail }];
  }

  #rememberedParent(parentId: string): Promise<ExecutionVersion | undefined> {
    const known = this.#parents.get(parentId);
    if (known) return known;
    const read = this.#outlines.readStatus(parentId);
    this.#parents.set(parentId, read);
    for (const oldest of this.#parents.keys()) {
      if (this.#parents.size <= rememberedParents) break;
      this.#parents.delete(oldest);
    }
    return read;
  }

  async #hasUnapplied(executionId: string, prefix: string): Promise<boolean> {
    const partition = await this.#partition(executionId);
    if (!partition.execution) return false;
    const atOnce = { now: this.#now(), graceMs: Number.NEGATIVE_INFINITY };
    try {
      return unapplied(partition, { ...partition.execution, isWaiting: false }, atOnce).some((reference) =>
        reference.startsWith(prefix),
      );
    } catch (error) {
      // An unreadable log is a finding of its own, and the item may be in it.
      if (error instanceof InvalidLogError) return true;
      throw error;
    }
  }

  async #partition(executionId: string): Promise<Partition> {
    return partitionOf(executionId, (await this.#outlines.readOutline(executionId)).items);
  }
}

function isAwaited(parent: ExecutionVersion | undefined, child: number): boolean {
  return parent !== undefined && !hasEnded(parent.status) && parent.children?.includes(child) === true;
}
