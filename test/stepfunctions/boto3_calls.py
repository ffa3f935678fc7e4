"""Calls of boto3, configured by the environment alone. Prints what they answered as JSON."""

import json
import time

import boto3
from botocore.exceptions import ClientError

sfn = boto3.client("stepfunctions")
role = "arn:aws:iam::000000000000:role/python"


def create(name, states, start, **more):
    definition = json.dumps({"StartAt": start, "States": states})
    return sfn.create_state_machine(name=name, definition=definition, roleArn=role, **more)["stateMachineArn"]


def ended(execution):
    while True:
        found = sfn.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.05)


def error(call, **request):
    try:
        call(**request)
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return None


passing = {"A": {"Type": "Pass", "Result": {"ok": True}, "End": True}}
waiting = {"W": {"Type": "Wait", "Seconds": 100000, "End": True}}

machine = create("python", passing, "A")
execution = sfn.start_execution(stateMachineArn=machine, name="one", input='{"id": 1}')["executionArn"]
output = json.loads(ended(execution)["output"])
history = [event["type"] for event in sfn.get_execution_history(executionArn=execution)["events"]]

quick = create("python-quick", passing, "A", type="EXPRESS")
sync = sfn.start_sync_execution(stateMachineArn=quick)
tested = sfn.test_state(definition='{"Type": "Pass", "Result": {"a": 1}, "End": true}')

slow = create("python-waiting", waiting, "W")
stopped = sfn.start_execution(stateMachineArn=slow)["executionArn"]
sfn.stop_execution(executionArn=stopped, error="Enough", cause="of it")
aborted = ended(stopped)

activity = sfn.create_activity(name="python")["activityArn"]
asking = create("python-activity", {"T": {"Type": "Task", "Resource": activity, "End": True}}, "T")
asked = sfn.start_execution(stateMachineArn=asking, input='{"n": 1}')["executionArn"]
task = sfn.get_activity_task(activityArn=activity, workerName="python")
sfn.send_task_success(taskToken=task["taskToken"], output=json.dumps({"given": task["input"]}))
answered = ended(asked)["output"]

pages = []
for page in sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2}):
    pages += [each["name"] for each in page["stateMachines"] if each["name"].startswith("python")]

print(
    json.dumps(
        {
            "machine": machine,
            "output": output,
            "history": history,
            "sync": [sync["status"], sync["output"]],
            "tested": tested["output"],
            "aborted": [aborted["status"], aborted["error"], aborted["cause"]],
            "activity": answered,
            "pages": pages,
            "errors": [
                error(sfn.describe_state_machine, stateMachineArn=machine + "-none"),
                error(sfn.start_execution, stateMachineArn=machine, name="a b"),
                error(sfn.start_execution, stateMachineArn=machine, name="one", input='{"id": 1}'),
                error(sfn.create_state_machine, name="broken", definition="{}", roleArn=role),
                error(sfn.send_task_success, taskToken=task["taskToken"], output="1"),
                error(sfn.list_executions, stateMachineArn=machine, maxResults=1001),
            ],
        }
    )
)
