"""Sends the same card N times with the official SDK to a server on this computer; prints the seconds it took.

Called by benches/delivery.rs: bench_sdk.py PORT N TOKEN BODY
"""

import json
import sys
import time

from alibabacloud_dingtalk.im_1_0 import models
from alibabacloud_dingtalk.im_1_0.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

port, count, token, body = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
config = Config(protocol="http", region_id="central")
config.endpoint = f"127.0.0.1:{port}"
client = Client(config)
headers = models.SendOTOInteractiveCardHeaders(x_acs_dingtalk_access_token=token)
runtime = RuntimeOptions(autoretry=False)
request = models.SendOTOInteractiveCardRequest().from_map(body)

client.send_otointeractive_card_with_options(request, headers, runtime)
begun = time.perf_counter()
for _ in range(count):
    client.send_otointeractive_card_with_options(request, headers, runtime)
print(time.perf_counter() - begun)
