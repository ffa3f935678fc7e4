import { createClient, type MillraceClient } from '../../client/index.ts';
import type { LocalCloud } from '../../local/index.ts';
import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import type { CapacityUnits } from '../bench/measureExecutions.ts';

/** Two clients of a local cloud: starting executions is part of what they cost, looking on is not. */
export interface CloudClients {
  readonly starter: MillraceClient;
  readonly follower: MillraceClient;
  /** Capacity that the starter has consumed so far. */
  startUnits(): CapacityUnits;
}

export function createCloudClients({ tableName, dynamodb, environment }: LocalCloud): CloudClients {
  const { [environmentVariable.store]: store } = environment;
  const options = { tableName, dynamodb, ...(store !== undefined && { store }) };
  let startUnits: CapacityUnits = { writeUnits: 0, readUnits: 0 };
  return {
    starter: createClient({
      ...options,
      onConsumedCapacity: ({ writeUnits, readUnits }) => {
        startUnits = {
          writeUnits: startUnits.writeUnits + writeUnits,
          readUnits: startUnits.readUnits + readUnits,
        };
      },
    }),
    follower: createClient(options),
    startUnits: () => startUnits,
  };
}
