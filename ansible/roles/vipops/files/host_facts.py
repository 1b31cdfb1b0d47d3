"""Prints as JSON what vipops needs to know of a host before it is installed. Changes nothing."""

import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess

# What every rendered configuration uses, in the words of nginx -V.
REQUIRED = ("http_ssl_module", "http_v2_module", "http_realip_module", "http_stub_status_module")


def keepalived():
    found = []
    for comm in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == "keepalived":
                found.append(comm.parent.name)
        except OSError:
            pass  # it ended meanwhile
    return found


def nginx():
    path = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not path:
        return {"version": "", "missing": [], "folders": folders_for_nginx()}
    said = subprocess.run([path, "-V"], capture_output=True, text=True, check=False).stderr
    version = re.search(r"nginx/([0-9.]+)", said)
    missing = [name for name in REQUIRED if "--with-" + name not in said]
    missing += [name for name in re.findall(r"--without-(http_(?:proxy|upstream_zone|map|access|rewrite)_module)", said)]
    return {"version": version.group(1) if version else "", "missing": missing}


def interfaces():
    links = json.loads(subprocess.run(["ip", "-j", "addr"], capture_output=True, text=True, check=True).stdout)
    return {link["ifname"]: [one["local"] for one in link["addr_info"] if "local" in one] for link in links}


def arp_ignore(name):
    # The kernel takes the greater of the two.
    settings = pathlib.Path("/proc/sys/net/ipv4/conf")
    return max(int((settings / one / "arp_ignore").read_text()) for one in ("all", name))


def free_mb():
    return {path: shutil.disk_usage(path).free // 1_000_000 for path in ("/usr", "/var")}


def folders_for_nginx():
    """Debian's nginx makes these and leaves them behind, the inner one first."""
    return [path for path in ("/var/www/html", "/var/www") if not os.path.exists(path)]


names = interfaces()
print(
    json.dumps(
        {
            "apt": importlib.util.find_spec("apt") is not None,
            "installed": os.path.exists("/usr/bin/vipops"),
            "keepalived": keepalived(),
            "nginx": nginx(),
            "interfaces": names,
            "arp_ignore": {name: arp_ignore(name) for name in names},
            "free_mb": free_mb(),
            "ssh": {
                "key": os.path.exists("/etc/vipops/id_ed25519"),
                "known_hosts": os.path.exists("/etc/vipops/known_hosts"),
            },
        }
    )
)
