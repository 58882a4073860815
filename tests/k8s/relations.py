"""Checks what schemas cannot: that the objects of a rendering fit together, and fit the server.

Each check takes the rendering and yields complaints.
"""

import json
import os
import re
import subprocess
import tempfile

import yaml

from rendering import matches, pods, source_of_volume, sources_of_volume, templates

STATEFUL_SET = "herd"
FIRST_CLIENT_PORT = 12070
# In which all neighbours of a server that is back have it in sync.
SETTLED_SECONDS = 5


def container_ports(spec):
    """Name and number of each port of a pod, as (name, number)."""
    return [(port.get("name"), port["containerPort"])
            for container in spec["containers"] for port in container.get("ports", [])]


def has_port(spec, port):
    return any(port in each for each in container_ports(spec))


def selected(rendering, selector):
    return [(labels, spec) for labels, spec in pods(rendering) if matches(selector, labels)]


def containers(rendering):
    """(workload's name, pod spec, container)"""
    return [(workload["metadata"]["name"], template["spec"], container)
            for workload, template in templates(rendering)
            for container in template["spec"].get("initContainers", []) +
            template["spec"]["containers"]]


def names_are_unique(rendering, _):
    seen = set()
    for each in rendering.objects:
        key = (each["kind"], each["metadata"]["name"])
        if key in seen:
            yield f"{key[0]} {key[1]} is there twice"
        seen.add(key)


def namespaces_exist(rendering, _):
    known = {each["metadata"]["name"] for each in rendering.of("Namespace")}
    for each in rendering.objects:
        if each["kind"] == "Namespace":
            continue
        namespace = each["metadata"].get("namespace")
        if namespace not in known:
            yield f"{each['kind']} {each['metadata']['name']} is in the namespace {namespace}, " \
                  "which is not made here"


def standard_labels(rendering, tree):
    of_all = {"app.kubernetes.io/part-of", "app.kubernetes.io/instance",
              "app.kubernetes.io/version", "app.kubernetes.io/managed-by"}
    for each in rendering.objects:
        lacking = of_all - set(each["metadata"].get("labels", {}))
        if lacking:
            yield f"{each['kind']} {each['metadata']['name']} lacks the labels {sorted(lacking)}"
    wanted = {"app.kubernetes.io/name", "app.kubernetes.io/component", *of_all}
    for workload, template in templates(rendering):
        for labels in (workload["metadata"]["labels"], template["metadata"]["labels"]):
            if not wanted <= set(labels):
                yield f"{workload['metadata']['name']} lacks the labels {wanted - set(labels)}"
    with open(os.path.join(tree, "CMakeLists.txt"), encoding="utf-8") as file:
        version = re.search(r"project\(herd VERSION (\S+)", file.read())[1]
    for each in rendering.objects:
        said = each["metadata"].get("labels", {}).get("app.kubernetes.io/version", version)
        if said != version:
            yield f"{each['kind']} {each['metadata']['name']} is labelled {said}; " \
                  f"the tree's version is {version}"


def selectors_match(rendering, _):
    for workload, template in templates(rendering):
        if not matches(workload["spec"]["selector"], template["metadata"]["labels"]):
            yield f"{workload['metadata']['name']} does not select its own pods"
        for spread in template["spec"].get("topologySpreadConstraints", []):
            if not matches(spread["labelSelector"], template["metadata"]["labels"]):
                yield f"{workload['metadata']['name']} spreads other pods than its own"
    for budget in rendering.of("PodDisruptionBudget"):
        if not selected(rendering, budget["spec"]["selector"]):
            yield f"PodDisruptionBudget {budget['metadata']['name']} selects no pod"


def services_lead_to_ports(rendering, _):
    for service in rendering.of("Service"):
        name = service["metadata"]["name"]
        behind = selected(rendering, {"matchLabels": service["spec"].get("selector", {})})
        if not service["spec"].get("selector") or not behind:
            yield f"Service {name} selects no pod"
        for port in service["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            if not all(has_port(spec, target) for _, spec in behind):
                yield f"Service {name} leads to the port {target}, which its pods have not got"


def pods_have_names_in_dns(rendering, _):
    for workload in rendering.of("StatefulSet"):
        name = workload["spec"]["serviceName"]
        service = rendering.find("Service", name)
        if service is None or service["spec"].get("clusterIP") != "None":
            yield f"{name}, which is to give the pods their names, is no headless Service"
        elif not service["spec"].get("publishNotReadyAddresses"):
            yield f"{name} hides servers that are not ready, and they become ready by being found"
        elif not matches({"matchLabels": service["spec"]["selector"]},
                         workload["spec"]["template"]["metadata"]["labels"]):
            yield f"{name} does not select the pods that it is to name"


def peers(rule):
    return rule.get("from", []) + rule.get("to", [])


def network_policies_fit(rendering, _):
    for policy in rendering.of("NetworkPolicy"):
        name, spec = policy["metadata"]["name"], policy["spec"]
        targets = selected(rendering, spec["podSelector"])
        if not targets:
            yield f"NetworkPolicy {name} selects no pod"
        for rule in spec.get("ingress", []):
            for port in rule.get("ports", []):
                if not all(has_port(pod, port["port"]) for _, pod in targets):
                    yield f"NetworkPolicy {name} opens the port {port['port']}, which its pods " \
                          "have not got"
        for rule in spec.get("ingress", []) + spec.get("egress", []):
            for peer in peers(rule):
                if "podSelector" in peer and "namespaceSelector" not in peer and \
                        not selected(rendering, peer["podSelector"]):
                    yield f"NetworkPolicy {name} speaks of pods that are not there"
        for rule in spec.get("egress", []):
            for peer in peers(rule):
                for _, pod in selected(rendering, peer["podSelector"]) if \
                        "podSelector" in peer else []:
                    for port in rule.get("ports", []):
                        if not has_port(pod, port["port"]):
                            yield f"NetworkPolicy {name} lets pods reach the port " \
                                  f"{port['port']}, which nobody has"


def network_is_closed_but_for(rendering, _):
    """The front door is open, Propagate is for the herd alone, operators and Prometheus are not
    everybody."""
    everything = [policy for policy in rendering.of("NetworkPolicy")
                  if not policy["spec"]["podSelector"]]
    if not any(set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"} and
               not policy["spec"].get("ingress") and not policy["spec"].get("egress")
               for policy in everything):
        yield "no NetworkPolicy forbids what the others do not allow"
    servers = rendering.find("StatefulSet", STATEFUL_SET)["spec"]["template"]["metadata"]["labels"]
    open_to_all = set()
    for policy in rendering.of("NetworkPolicy"):
        if matches(policy["spec"]["podSelector"], servers):
            for rule in policy["spec"].get("ingress", []):
                ports = {port["port"] for port in rule.get("ports", [])} or {"all"}
                if not rule.get("from"):
                    open_to_all |= ports
                elif "propagate" in ports and rule["from"] != [
                        {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "herd"}}}]:
                    yield "others than the herd's own pods may reach Propagate"
                elif "metrics" in ports and rule["from"] != [
                        {"namespaceSelector": {"matchLabels": {"herd/metrics": "allowed"}}}]:
                    yield "the metrics are open to others than the namespaces labelled for it"
    if open_to_all != {"clients"}:
        yield f"open to everybody are {sorted(open_to_all)}, and clients alone should be"


def secrets_that_the_readme_makes(tree):
    """Name to keys, of `kubectl create secret` commands."""
    with open(os.path.join(tree, "README.md"), encoding="utf-8") as file:
        commands = re.findall(
            r"kubectl -n herd create secret generic (\S+) --from-file=(\S+?)=", file.read())
    made = {}
    for name, key in commands:
        made.setdefault(name, set()).add(key)
    return made


# Of the Secret that cert-manager makes of a Certificate.
KEYS_OF_A_CERTIFICATE = ("tls.crt", "tls.key", "ca.crt")


def keys_of(rendering, tree, kind, name):
    """The files of a ConfigMap or Secret; None when nobody makes it."""
    files = rendering.files(kind, name)
    if files is None and kind == "Secret":
        if name in [each["spec"]["secretName"] for each in rendering.of("Certificate")]:
            return KEYS_OF_A_CERTIFICATE
        return secrets_that_the_readme_makes(tree).get(name)
    return files


def files_in(rendering, tree, spec, container):
    """(path to the (kind, name, key) that a container sees there, complaints)"""
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    files, complaints = {}, []
    for mount in container.get("volumeMounts", []):
        if mount["name"] not in volumes:
            complaints.append(f"mounts the volume {mount['name']}, which it has not got")
            continue
        for kind, name, paths in sources_of_volume(volumes[mount["name"]]):
            keys = keys_of(rendering, tree, kind, name)
            if keys is None:
                complaints.append(f"mounts the {kind} {name}, which nobody makes")
                continue
            for key, path in (paths or {key: key for key in keys}).items():
                if key in keys:
                    files[os.path.join(mount["mountPath"], path)] = (kind, name, key)
                else:
                    complaints.append(f"mounts {key} of the {kind} {name}, which has none")
    return files, complaints


def arguments_in(container, pod):
    """The container's arguments as Kubernetes hands them to it in the pod of that name."""
    names = {variable["name"] for variable in container.get("env", [])
             if variable.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath") ==
             "metadata.name"}
    return [re.sub(r"\$\((\w+)\)", lambda found: pod if found[1] in names else found[0], argument)
            for argument in container.get("args", [])]


def references_exist(rendering, tree):
    replicas = {each["metadata"]["name"]: each["spec"]["replicas"]
                for each, _ in templates(rendering)}
    for name, spec, container in containers(rendering):
        account = spec.get("serviceAccountName")
        if rendering.find("ServiceAccount", account) is None:
            yield f"{name} runs as the ServiceAccount {account}, which is not made here"
        files, complaints = files_in(rendering, tree, spec, container)
        for complaint in complaints:
            yield f"{name} {complaint}"
        for number in range(replicas[name]):
            for argument in arguments_in(container, f"{name}-{number}"):
                path = argument.partition("=")[2]
                if path.startswith("/") and path not in files:
                    yield f"{name} is told {argument}, and there is no such file in the pod"


def issuers_exist(rendering, _):
    certificates = rendering.of("Certificate")
    authorities = {each["spec"]["secretName"] for each in certificates if each["spec"].get("isCA")}
    for issuer in rendering.of("Issuer"):
        secret = issuer["spec"].get("ca", {}).get("secretName")
        if "selfSigned" not in issuer["spec"] and secret not in authorities:
            yield f"Issuer {issuer['metadata']['name']} signs by {secret}, which is no authority's"
    for certificate in certificates:
        name, spec = f"Certificate {certificate['metadata']['name']}", certificate["spec"]
        issuer = rendering.find(spec["issuerRef"]["kind"], spec["issuerRef"]["name"])
        if issuer is None:
            yield f"{name} is of the issuer {spec['issuerRef']['name']}, which is not made here"
        elif ("selfSigned" in issuer["spec"]) != bool(spec.get("isCA")):
            yield f"{name} is not of the herd's authority"
    secrets = [each["spec"]["secretName"] for each in certificates]
    for secret in {each for each in secrets if secrets.count(each) > 1}:
        yield f"two Certificates have the Secret {secret}"


TLS_FLAGS = {"--tls-certificate": "tls.crt", "--tls-key": "tls.key", "--tls-ca": "ca.crt"}


def each_server_has_its_own_certificate(rendering, tree):
    if not rendering.of("Certificate"):
        return
    workload = rendering.find("StatefulSet", STATEFUL_SET)
    spec = workload["spec"]["template"]["spec"]
    container = spec["containers"][0]
    certificates = {each["spec"]["secretName"]: each["spec"]
                    for each in rendering.of("Certificate")}
    files, _ = files_in(rendering, tree, spec, container)
    servers = json.loads(herd_file(rendering) or '{"servers": []}')["servers"]
    for number, server in enumerate(servers):
        told = dict(argument.partition("=")[::2]
                    for argument in arguments_in(container, f"{STATEFUL_SET}-{number}"))
        for flag, key in TLS_FLAGS.items():
            _, secret, found = files.get(told.get(flag), (None, None, None))
            shown = certificates.get(secret, {})
            if shown.get("dnsNames") != [server["name"]] or found != key:
                yield f"{server['name']} is told {flag}={told.get(flag)}, which is not its own {key}"
            elif not {"server auth", "client auth"} <= set(shown["usages"]):
                yield f"{server['name']} has a certificate that is not for both ends of a link"


def keys_of_others_are_in_no_pod(rendering, tree):
    """Those of operators, without whom nobody could ask a server, and of the authority."""
    if not rendering.of("Certificate"):
        return
    with open(os.path.join(tree, "server/node/node.h"), encoding="utf-8") as file:
        operator = re.search(r'operator_name = "(\w+)"', file.read())[1]
    if [operator] not in [each["spec"].get("dnsNames") for each in rendering.of("Certificate")]:
        yield f"nobody has a certificate for {operator}"
    for certificate in rendering.of("Certificate"):
        secret = certificate["spec"]["secretName"]
        if not certificate["spec"].get("isCA") and \
                certificate["spec"].get("dnsNames") != [operator]:
            continue
        for workload, template in templates(rendering):
            for volume in template["spec"].get("volumes", []):
                if ("Secret", secret) in [each[:2] for each in sources_of_volume(volume)]:
                    yield f"{workload['metadata']['name']} has the key of {secret}"


def accounts_have_no_token(rendering, _):
    for account in rendering.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield f"ServiceAccount {account['metadata']['name']} hands out its token"
    for workload, template in templates(rendering):
        if template["spec"].get("automountServiceAccountToken") is not False:
            yield f"{workload['metadata']['name']} has a token of its ServiceAccount"


# What each is to ask. A server that is not ready gets well by itself; killed, it would forget all.
PROBES = {"startupProbe": "/healthz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}


def pages_of_the_server(tree):
    """The paths that a server answers on the metrics' port."""
    with open(os.path.join(tree, "server/metrics/metrics_server.cc"), encoding="utf-8") as file:
        return set(re.findall(r'path == "(/\w+)"', file.read()))


def probes_reach_ports(rendering, tree):
    for name, spec, container in containers(rendering):
        for probe in PROBES:
            asked = container.get(probe, {})
            for how in ("grpc", "tcpSocket", "httpGet"):
                if how in asked and not has_port(spec, asked[how]["port"]):
                    yield f"{name}: the {probe} asks the port {asked[how]['port']}, which is none"
    for workload in rendering.of("StatefulSet"):
        name = workload["metadata"]["name"]
        for container in workload["spec"]["template"]["spec"]["containers"]:
            for probe, page in PROBES.items():
                asked = container.get(probe, {}).get("httpGet")
                if asked is None:
                    yield f"{name} has no HTTP {probe}"
                elif asked["port"] != "metrics" or asked["path"] not in pages_of_the_server(tree):
                    yield f"{name}: the {probe} asks for {asked['path']} of {asked['port']}, " \
                          "which no server has"
                elif asked["path"] != page:
                    yield f"{name}: the {probe} asks for {asked['path']}, not {page}"


def alerts_of_prometheus(tree):
    with open(os.path.join(tree, "k8s/monitoring/herd-alerts.yaml"), encoding="utf-8") as file:
        return yaml.safe_load(file)["groups"]


def monitors_find_the_servers(rendering, tree):
    jobs = set(re.findall(r'job="(\w+)"', str(alerts_of_prometheus(tree))))
    for monitor in rendering.of("ServiceMonitor"):
        name, spec = f"ServiceMonitor {monitor['metadata']['name']}", monitor["spec"]
        services = [service for service in rendering.of("Service")
                    if matches(spec["selector"], service["metadata"].get("labels", {}))]
        if len(services) != 1:
            yield f"{name} selects {len(services)} Services, and each server should be found once"
        for service in services:
            labels = service["metadata"]["labels"]
            if {labels.get(spec.get("jobLabel"))} != jobs:
                yield f"{name} makes a job that the alerts, which speak of {jobs}, do not see"
            if not service["spec"].get("publishNotReadyAddresses"):
                yield f"{name} does not see servers that are not ready"
            for endpoint in spec["endpoints"]:
                if endpoint["port"] not in [port["name"] for port in service["spec"]["ports"]]:
                    yield f"{name} scrapes the port {endpoint['port']}, which no Service has"
                if endpoint["path"] not in pages_of_the_server(tree):
                    yield f"{name} scrapes {endpoint['path']}, which no server has"
                if [each["targetLabel"] for each in endpoint["relabelings"]] != ["instance"]:
                    yield f"{name} does not call an instance by its pod's name"


def alerts_are_those_of_prometheus(rendering, tree):
    for rule in rendering.of("PrometheusRule"):
        if rule["spec"]["groups"] != alerts_of_prometheus(tree):
            yield f"PrometheusRule {rule['metadata']['name']} differs from " \
                  "k8s/monitoring/herd-alerts.yaml, of which it is to be made anew"


def containers_may_nothing(rendering, _):
    for name, spec, container in containers(rendering):
        pod, own = spec.get("securityContext", {}), container.get("securityContext", {})
        if not pod.get("runAsNonRoot") or not pod.get("runAsUser"):
            yield f"{name} may run as root"
        if pod.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name} runs without seccomp's default profile"
        if not own.get("readOnlyRootFilesystem"):
            yield f"{name} may write to its root file system"
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"{name} may get more privileges than it has"
        if own.get("capabilities", {}) != {"drop": ["ALL"]}:
            yield f"{name} keeps capabilities"


def resources_are_stated(rendering, _):
    for name, _, container in containers(rendering):
        resources = container.get("resources", {})
        if set(resources.get("requests", {})) != {"cpu", "memory"} or \
                "memory" not in resources.get("limits", {}):
            yield f"{name} does not say what it needs"


def images_are_named(rendering, _):
    images = {container["image"] for _, _, container in containers(rendering)}
    if len(images) != 1 or not all(":" in image and "/" in image for image in images):
        yield f"the images are {sorted(images)}, and one with a name and a tag was expected"


def herd_file(rendering):
    """The text of herd.json as the servers' pods see it, or None."""
    spec = rendering.find("StatefulSet", STATEFUL_SET)["spec"]["template"]["spec"]
    for volume in spec["volumes"]:
        source = source_of_volume(volume)
        files = rendering.files(*source) if source else None
        if files and "herd.json" in files:
            return files["herd.json"]
    return None


def herd_fits_the_pods(rendering, _):
    text = herd_file(rendering)
    if text is None:
        yield "no ConfigMap brings the servers a herd.json"
        return
    servers = json.loads(text)["servers"]
    workload = rendering.find("StatefulSet", STATEFUL_SET)
    spec = workload["spec"]
    if spec["replicas"] != len(servers):
        yield f"there are {spec['replicas']} pods for {len(servers)} servers"
    ports = dict(container_ports(spec["template"]["spec"]))
    for number, server in enumerate(servers):
        pod = f"{workload['metadata']['name']}-{number}"
        if server["host"] != f"{pod}.{spec['serviceName']}":
            yield f"{server['name']} is looked for at {server['host']}, and is the pod {pod}"
        for kind, key in (("clients", "client_port"), ("propagate", "propagate_port"),
                          ("operators", "operator_port"), ("metrics", "metrics_port")):
            if ports.get(kind) != server.get(key):
                yield f"{server['name']}: the pod's port {kind} is {ports.get(kind)}, " \
                      f"herd.json's {key} {server.get(key)}"
        doors = [service for service in rendering.of("Service") if
                 service["spec"].get("selector", {}).get("statefulset.kubernetes.io/pod-name") == pod]
        if [port["port"] for door in doors for port in door["spec"]["ports"]] != \
                [FIRST_CLIENT_PORT + number]:
            yield f"no Service leads to {server['name']} alone, on {FIRST_CLIENT_PORT + number}"


def grace_is_long_enough(rendering, _):
    spec = rendering.find("StatefulSet", STATEFUL_SET)["spec"]["template"]["spec"]
    server = spec["containers"][0]
    wait = server["lifecycle"]["preStop"]["sleep"]["seconds"]
    leave = next(int(argument.partition("=")[2]) for argument in server["args"]
                 if argument.startswith("--leave-seconds="))
    if spec["terminationGracePeriodSeconds"] < wait + leave + 5:
        yield f"a pod is killed after {spec['terminationGracePeriodSeconds']} s, and may need " \
              f"{wait} + {leave}"


def rolls_one_at_a_time(rendering, _):
    """The next server goes when this one is ready and has been for so long that its other neighbours
    have it in sync. Not every Kubernetes looks at minReadySeconds where pods are managed in parallel
    (kubernetes/kubernetes#119234); all look at the probe, which therefore has to take as long."""
    spec = rendering.find("StatefulSet", STATEFUL_SET)["spec"]
    rolling = spec["updateStrategy"].get("rollingUpdate", {})
    if spec["updateStrategy"]["type"] != "RollingUpdate" or rolling.get("maxUnavailable", 1) != 1:
        yield "an update may replace more than one server at a time"
    probe = spec["template"]["spec"]["containers"][0].get("readinessProbe", {})
    settled = probe.get("successThreshold", 1) * probe.get("periodSeconds", 10)
    if min(settled, spec.get("minReadySeconds", 0)) < SETTLED_SECONDS:
        yield f"an update goes on before a server has been ready for {SETTLED_SECONDS} s"
    for budget in rendering.of("PodDisruptionBudget"):
        if budget["spec"].get("maxUnavailable") != 1:
            yield "more than one server at a time may be evicted"


def spreads_over_nodes_that_take_pods(rendering, _):
    """Where the spread is insisted on, a node that takes none of these pods counts as an empty one
    unless told otherwise, and a pod whose node is drained would find no place on any other."""
    for workload, template in templates(rendering):
        for spread in template["spec"].get("topologySpreadConstraints", []):
            if spread["whenUnsatisfiable"] == "DoNotSchedule" and \
                    spread.get("nodeTaintsPolicy") != "Honor":
                yield f"{workload['metadata']['name']} waits for room on nodes that are tainted"


CHECKS = (names_are_unique, namespaces_exist, standard_labels, selectors_match,
          services_lead_to_ports, pods_have_names_in_dns, network_policies_fit,
          network_is_closed_but_for, references_exist, accounts_have_no_token, probes_reach_ports,
          issuers_exist, each_server_has_its_own_certificate, keys_of_others_are_in_no_pod,
          monitors_find_the_servers, alerts_are_those_of_prometheus, containers_may_nothing,
          resources_are_stated, images_are_named, herd_fits_the_pods, grace_is_long_enough,
          rolls_one_at_a_time, spreads_over_nodes_that_take_pods)


def check(rendering, tree):
    """Complaints. `tree` is the source tree that the manifests are of."""
    return [complaint for each in CHECKS for complaint in each(rendering, tree)]


def check_with_server(rendering, herd_server):
    """Whether herd-server takes the herd.json and the arguments that each pod is given."""
    server = rendering.find("StatefulSet", STATEFUL_SET)
    container = server["spec"]["template"]["spec"]["containers"][0]
    environment = {variable["name"] for variable in container["env"]
                   if variable.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath") ==
                   "metadata.name"}
    complaints = []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(herd_file(rendering) or "")
        file.flush()
        arguments = [re.sub(r"^--config=.*", f"--config={file.name}", argument)
                     for argument in container["args"]]
        def take(number):
            return subprocess.run(
                [herd_server, "--check-config", *arguments], capture_output=True, text=True,
                check=False, env={name: f"{STATEFUL_SET}-{number}" for name in environment})

        replicas = server["spec"]["replicas"]
        for number in range(replicas):
            done = take(number)
            if done.returncode:
                complaints.append(f"pod {number}: {done.stderr.strip()}")
        if take(replicas).returncode == 0:
            complaints.append("the server does not get to know which pod it is in")
    return complaints
