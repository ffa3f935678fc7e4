import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { nearest } from '../../orchestrator/core/data/nearest.ts';
import { connectionsVariable } from '../../services/optimized/connections.ts';
import type { DefinitionsNeeds } from '../bundle/definitionNeeds.ts';
import { actionsOf } from '../serviceActions.ts';
import { InvalidDeploymentError } from './errors.ts';

/** ARNs by the actions of policies that they are for: `dynamodb:PutItem`, or `dynamodb:*` for all that definitions call. */
export type ServiceResources = Readonly<Record<string, readonly string[]>>;

/** Whether a state of a definition calls a service. */
export function callsServices(needs: DefinitionsNeeds): boolean {
  return Object.values(needs).some(({ services }) => services.length > 0);
}

/**
 * Lets the service worker do what the definitions' states call, with the resources that are given for it, and nothing else.
 *
 * @throws InvalidDeploymentError with a list to fill in where resources are missing, and for resources of no state
 */
export function allowServices(
  serviceWorker: LambdaFunction | undefined,
  needs: DefinitionsNeeds,
  resources: ServiceResources,
): void {
  const needed = neededActions(needs);
  refuseOthers(resources, [...needed.keys()]);
  const missing = [...needed].filter(([action]) => resourcesOf(action, resources) === undefined);
  if (missing.length > 0) throw new InvalidDeploymentError(listToFillIn(missing));
  const byResources = new Map<string, { readonly actions: string[]; readonly arns: readonly string[] }>();
  for (const action of [...needed.keys()].toSorted()) {
    const arns = resourcesOf(action, resources) ?? [];
    if (arns.length === 0) continue;
    const key = JSON.stringify(arns);
    const statement = byResources.get(key) ?? { actions: [], arns };
    statement.actions.push(action);
    byResources.set(key, statement);
  }
  for (const { actions, arns } of byResources.values()) {
    serviceWorker?.addToRolePolicy(new PolicyStatement({ actions, resources: [...arns] }));
  }
}

/** The states that need each action. */
function neededActions(needs: DefinitionsNeeds): ReadonlyMap<string, readonly string[]> {
  const needed = new Map<string, string[]>();
  for (const [machine, { services }] of Object.entries(needs)) {
    for (const need of services) {
      for (const action of actionsOf(need)) {
        const states = needed.get(action) ?? [];
        states.push(`${machine}/${need.path}`);
        needed.set(action, states);
      }
    }
  }
  return needed;
}

function resourcesOf(action: string, resources: ServiceResources): readonly string[] | undefined {
  const [prefix = ''] = action.split(':');
  return resources[action] ?? resources[`${prefix}:*`];
}

function refuseOthers(resources: ServiceResources, actions: readonly string[]): void {
  const known = [...actions, ...actions.map((action) => `${action.split(':')[0]}:*`)];
  const other = Object.keys(resources).find((key) => !known.includes(key));
  if (other === undefined) return;
  const close = nearest(other, known);
  const hint =
    close === undefined
      ? `They need ${actions.join(', ') || 'none'}. Grant further rights to the construct's serviceWorker.`
      : `Did you mean '${close}'?`;
  throw new InvalidDeploymentError(
    `serviceResources has '${other}', which no state of a definition needs. ${hint}`,
  );
}

function listToFillIn(missing: readonly (readonly [action: string, states: readonly string[]])[]): string {
  const lines = missing.map(
    ([action, states]) => `    '${action}': [], // ${[...new Set(states)].join(', ')}`,
  );
  return (
    'Definitions call services, and it is not known with which resources. Add these to the props of the construct, ' +
    "with ARNs, or with '*' where the action has no resources:\n" +
    `  serviceResources: {\n${lines.join('\n')}\n  },`
  );
}

/** Secrets of connections: the service worker reads them, and knows which is for which. */
export function giveConnections(
  serviceWorker: LambdaFunction,
  connections: Readonly<Record<string, ISecret | Secret>>,
): void {
  const entries = Object.entries(connections);
  if (entries.length === 0) return;
  for (const [, secret] of entries) secret.grantRead(serviceWorker);
  const arns = Object.fromEntries(entries.map(([name, secret]) => [name, secret.secretArn]));
  serviceWorker.addEnvironment(connectionsVariable, JSON.stringify(arns));
}
