"""Calls Step Functions by boto3: a JSON line in for each call, a JSON line out for each answer."""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client(
    "stepfunctions",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="local",
    aws_secret_access_key="local",
    config=Config(
        inject_host_prefix=False,
        max_pool_connections=32,
        read_timeout=65,
        retries={"total_max_attempts": 1},
    ),
)
writing = Lock()


def method(operation):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def answer(request):
    try:
        output = getattr(client, method(request["operation"]))(**request["request"])
        output.pop("ResponseMetadata", None)
        reply = {"id": request["id"], "output": output}
    except ClientError as error:
        reply = {
            "id": request["id"],
            "error": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
        }
    except Exception as error:
        reply = {"id": request["id"], "error": type(error).__name__, "message": str(error)}
    with writing:
        print(json.dumps(reply, default=str), flush=True)


with ThreadPoolExecutor(max_workers=32) as pool:
    for line in sys.stdin:
        pool.submit(answer, json.loads(line))
