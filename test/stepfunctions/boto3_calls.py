"""Calls of boto3, configured by the environment alone. Prints what they answered as JSON."""

import json
import time

import boto3
from botocore import xform_name
from botocore.config import Config
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


def wrong(shape, depth=0):
    """A value of the type that is wrong in every other way."""
    if shape.type_name == "structure":
        members = shape.members if depth == 0 else {name: shape.members[name] for name in shape.required_members}
        return {name: wrong(member, depth + 1) for name, member in members.items()}
    return {"string": "*", "list": [], "boolean": True, "integer": -7, "float": -7.0, "map": {}}.get(shape.type_name)


def wrong_requests():
    """Wrong requests of every operation that are answered with something other than an error that clients know."""
    unchecked = boto3.client("stepfunctions", config=Config(parameter_validation=False))
    taken = []
    for name in unchecked.meta.service_model.operation_names:
        operation = unchecked.meta.service_model.operation_model(name)
        known = {shape.name for shape in operation.error_shapes} | {"ValidationException"}
        call = getattr(unchecked, xform_name(name))
        shape = operation.input_shape
        requests = [wrong(shape)]
        if shape.required_members:
            requests += [{}, {name: wrong(shape.members[name], 1) for name in shape.required_members}]
        for request in requests:
            code = error(call, **request)
            if code not in known and code != "SerializationException":
                taken.append([name, request, code])
    return taken


passing = {"A": {"Type": "Pass", "Result": {"ok": True}, "End": True}}
putting = json.dumps(
    {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "Parameters": {"Entries": []}, "End": True}
)
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
            "wrongRequests": wrong_requests(),
            "mocked": [
                error(
                    sfn.test_state,
                    definition=putting,
                    mock={"result": '{"Entries": 1}', "fieldValidationMode": mode},
                )
                for mode in ["STRICT", "PRESENT", "NONE"]
            ],
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
