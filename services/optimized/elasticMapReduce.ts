import { isArray, isObject, type Json, type JsonObject, own } from '../../asl/json.ts';
import { ServiceCallError } from '../serviceError.ts';

type Send = (call: {
  readonly action: string;
  readonly parameters: Json;
}) => Promise<{ [key: string]: Json }>;

/**
 * The integrations with EMR, which have names and shapes of their own.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
 */
export async function emrCall(
  { action, parameters }: { readonly action: string; readonly parameters: Json },
  send: Send,
): Promise<Json> {
  const given = isObject(parameters) ? parameters : {};
  const ClusterId = own(given, 'ClusterId') ?? null;
  switch (action) {
    case 'createCluster': {
      const { JobFlowId = null, ...rest } = await send({ action: 'runJobFlow', parameters });
      return { ClusterId: JobFlowId, ...rest };
    }
    case 'terminateCluster':
      return send({ action: 'terminateJobFlows', parameters: { JobFlowIds: [ClusterId] } });
    case 'setClusterTerminationProtection':
      return send({
        action: 'setTerminationProtection',
        parameters: {
          JobFlowIds: [ClusterId],
          TerminationProtected: own(given, 'TerminationProtected') ?? null,
        },
      });
    case 'addStep': {
      const { ClusterId: _, Step = {}, ...others } = given;
      const { StepIds, ...rest } = await send({
        action: 'addJobFlowSteps',
        parameters: { ...others, JobFlowId: ClusterId, Steps: [Step] },
      });
      return { StepId: first(StepIds), ...rest };
    }
    case 'cancelStep': {
      const { StepId = null, ...others } = given;
      const { CancelStepsInfoList, ...rest } = await send({
        action: 'cancelSteps',
        parameters: { ...others, StepIds: [StepId] },
      });
      return { CancelStepsInfo: first(CancelStepsInfoList), ...rest };
    }
    case 'modifyInstanceFleetByName':
      return modifyFleet(given, send);
    case 'modifyInstanceGroupByName':
      return modifyGroup(given, send);
    default:
      throw new ServiceCallError('States.Runtime', `EMR has no integration '${action}'.`);
  }
}

async function modifyFleet(given: JsonObject, send: Send): Promise<Json> {
  const { ClusterId = null, InstanceFleetName = null, InstanceFleet = {} } = objectOf(given);
  const InstanceFleetId = await idOfNamed(
    { action: 'listInstanceFleets', field: 'InstanceFleets', what: 'instance fleet' },
    InstanceFleetName,
    ClusterId,
    send,
  );
  return send({
    action: 'modifyInstanceFleet',
    parameters: { ClusterId, InstanceFleet: { ...objectOf(InstanceFleet), InstanceFleetId } },
  });
}

async function modifyGroup(given: JsonObject, send: Send): Promise<Json> {
  const { ClusterId = null, InstanceGroupName = null, InstanceGroup = {} } = objectOf(given);
  const InstanceGroupId = await idOfNamed(
    { action: 'listInstanceGroups', field: 'InstanceGroups', what: 'instance group' },
    InstanceGroupName,
    ClusterId,
    send,
  );
  return send({
    action: 'modifyInstanceGroups',
    parameters: { ClusterId, InstanceGroups: [{ ...objectOf(InstanceGroup), InstanceGroupId }] },
  });
}

/** Reads the list page by page. */
async function idOfNamed(
  { action, field, what }: { readonly action: string; readonly field: string; readonly what: string },
  name: Json,
  ClusterId: Json,
  send: Send,
): Promise<Json> {
  for (let Marker: Json = null; ; ) {
    const page = await send({ action, parameters: { ClusterId, Marker } });
    const list = page[field];
    const found = (isArray(list) ? list : []).find((each) => isObject(each) && each.Name === name);
    const id = isObject(found) ? own(found, 'Id') : undefined;
    if (id !== undefined) return id;
    Marker = page.Marker ?? null;
    if (Marker === null) {
      throw new ServiceCallError(
        'ElasticMapReduce.InvalidRequestException',
        `The cluster has no ${what} named ${JSON.stringify(name)}.`,
      );
    }
  }
}

function objectOf(value: Json): { readonly [key: string]: Json } {
  return isObject(value) ? value : {};
}

function first(list: Json | undefined): Json {
  return isArray(list) ? (list[0] ?? null) : null;
}
