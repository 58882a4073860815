"""Checks manifests against the schemas of Kubernetes, of cert-manager and of the Prometheus Operator,
as the types that are generated from them.

The objects become constants of those types, and TypeScript's strict check says what is wrong: a
field that is missing, unknown, or of another type.
"""

import json
import os
import subprocess

# apiVersion to where npm has its types, and what stands there before a kind's name.
TYPES = {"v1": ("kubernetes-types/core/v1", ""),
         "apps/v1": ("kubernetes-types/apps/v1", ""),
         "policy/v1": ("kubernetes-types/policy/v1", ""),
         "networking.k8s.io/v1": ("kubernetes-types/networking/v1", ""),
         "cert-manager.io/v1": ("@kubernetes-models/cert-manager/cert-manager.io/v1", "I"),
         "monitoring.coreos.com/v1":
             ("@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1", "I")}

OPTIONS = {"strict": True, "noEmit": True, "skipLibCheck": True, "types": [], "lib": ["es2022"],
           "module": "esnext", "moduleResolution": "bundler"}


def constant(number, each):
    """A line of TypeScript, or None when there are no types for that kind of object."""
    if each["apiVersion"] not in TYPES:
        return None
    module, prefix = TYPES[each["apiVersion"]]
    kind = f"import('{module}').{prefix}{each['kind']}"
    return f"export const object{number}: {kind} = {json.dumps(each)};"


class Schemas:
    def __init__(self, npm, folder):
        """`npm` has node_modules; `folder` is written to."""
        self.npm = npm
        self.folder = folder
        with open(os.path.join(folder, "tsconfig.json"), "w", encoding="utf-8") as file:
            json.dump({"compilerOptions": OPTIONS, "files": ["objects.ts"]}, file)
        os.symlink(os.path.join(npm, "node_modules"), os.path.join(folder, "node_modules"))

    def check(self, objects):
        """Complaints, each beginning with the object's kind and name."""
        lines = [constant(number, each) for number, each in enumerate(objects)]
        names = [f"{each['kind']} {each['metadata']['name']}" for each in objects]
        wrong = [f"{name}: there are no types for {each['apiVersion']}"
                 for name, each, line in zip(names, objects, lines) if line is None]
        with open(os.path.join(self.folder, "objects.ts"), "w", encoding="utf-8") as file:
            file.write("\n".join(line or "" for line in lines) + "\n")
        done = subprocess.run(
            [os.path.join(self.npm, "node_modules/.bin/tsc"), "--pretty", "false"],
            cwd=self.folder, capture_output=True, text=True, check=False)
        # The errors' line is the object's number.
        for line in done.stdout.splitlines():
            if line.startswith("objects.ts("):
                number = int(line.split("(")[1].split(",")[0]) - 1
                wrong.append(f"{names[number]}: {line.split(': ', 1)[1]}")
            elif line and not line.startswith(" "):
                wrong.append(line)
        if done.returncode and not wrong:
            wrong.append(done.stdout + done.stderr)
        return wrong
