import type { JsonObject } from '../asl/json.ts';
import { createActivity, deleteActivity, describeActivity, listActivities } from './activities.ts';
import { getActivityTask } from './activityTasks.ts';
import {
  createStateMachineAlias,
  deleteStateMachineAlias,
  describeStateMachineAlias,
  listStateMachineAliases,
  updateStateMachineAlias,
} from './aliases.ts';
import { validateStateMachineDefinition } from './definitions.ts';
import {
  describeStateMachine,
  describeStateMachineForExecution,
  listStateMachines,
} from './describedStateMachines.ts';
import {
  describeExecution,
  redriveExecution,
  startExecution,
  startSyncExecution,
  stopExecution,
} from './executions.ts';
import { getExecutionHistory } from './history.ts';
import { listExecutions } from './listExecutions.ts';
import { describeMapRun, listMapRuns } from './mapRuns.ts';
import type { Request } from './request.ts';
import type { OperationName } from './requestShapes.ts';
import { createStateMachine, deleteStateMachine, updateStateMachine } from './stateMachines.ts';
import type { ApiSurroundings, CallOptions } from './surroundings.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './tasks.ts';
import { testState } from './testState.ts';
import { updateMapRun } from './updateMapRun.ts';
import {
  deleteStateMachineVersion,
  listStateMachineVersions,
  publishStateMachineVersion,
} from './versions.ts';

export type Operation = (
  surroundings: ApiSurroundings,
  request: Request,
  options: CallOptions,
) => Promise<JsonObject>;

/** Every operation of the API. */
export const operations: Readonly<Record<OperationName, Operation>> = {
  CreateActivity: createActivity,
  CreateStateMachine: createStateMachine,
  CreateStateMachineAlias: createStateMachineAlias,
  DeleteActivity: deleteActivity,
  DeleteStateMachine: deleteStateMachine,
  DeleteStateMachineAlias: deleteStateMachineAlias,
  DeleteStateMachineVersion: deleteStateMachineVersion,
  DescribeActivity: describeActivity,
  DescribeExecution: describeExecution,
  DescribeMapRun: describeMapRun,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineAlias: describeStateMachineAlias,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  GetActivityTask: getActivityTask,
  GetExecutionHistory: getExecutionHistory,
  ListActivities: listActivities,
  ListExecutions: listExecutions,
  ListMapRuns: listMapRuns,
  ListStateMachineAliases: listStateMachineAliases,
  ListStateMachineVersions: listStateMachineVersions,
  ListStateMachines: listStateMachines,
  ListTagsForResource: listTagsForResource,
  PublishStateMachineVersion: publishStateMachineVersion,
  RedriveExecution: redriveExecution,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
  SendTaskSuccess: sendTaskSuccess,
  StartExecution: startExecution,
  StartSyncExecution: startSyncExecution,
  StopExecution: stopExecution,
  TagResource: tagResource,
  TestState: testState,
  UntagResource: untagResource,
  UpdateMapRun: updateMapRun,
  UpdateStateMachine: updateStateMachine,
  UpdateStateMachineAlias: updateStateMachineAlias,
  ValidateStateMachineDefinition: (_, request) => validateStateMachineDefinition(request),
};
