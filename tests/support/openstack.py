#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystone and Neutron of this machine's distribution, as processes of a test, on loopback and for nobody else:

    openstack.py DIRECTORY KEYSTONE_DATABASE NEUTRON_DATABASE WORLD...

The databases are SQLAlchemy URLs of empty PostgreSQL databases (Neutron's migrations fail on SQLite). A WORLD is
NAME,INSIDE,OUTSIDE,FLOATING,PORT...: two networks (CIDR), a router between them, a floating address outside, which
leads nowhere, and a port inside for each further address. Tells what there is as one line of JSON, then stays until its
input ends, and takes everything with it. Of its own, nothing is kept outside of DIRECTORY.
"""
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ADMIN, USER = "sesame-admin", "sesame-open"

PASTE = """
[composite:neutron]
use = egg:Paste#urlmap
/: versions
/v2.0: api
[app:versions]
paste.app_factory = neutron.pecan_wsgi.app:versions_factory
[pipeline:api]
pipeline = request_id catch_errors authtoken keystonecontext extensions app
[filter:request_id]
paste.filter_factory = oslo_middleware:RequestId.factory
[filter:catch_errors]
paste.filter_factory = oslo_middleware:CatchErrors.factory
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
[filter:keystonecontext]
paste.filter_factory = neutron.auth:NeutronKeystoneContext.factory
[filter:extensions]
paste.filter_factory = neutron.api.extensions:plugin_aware_extension_middleware_factory
[app:app]
paste.app_factory = neutron.api.v2.router:APIRouter.factory
"""

KEYSTONE = """
[DEFAULT]
log_file = {directory}/keystone.log
[database]
connection = {keystone_database}
[fernet_tokens]
key_repository = {directory}/fernet
[credential]
key_repository = {directory}/credential
[cache]
enabled = true
backend = dogpile.cache.memory
[identity]
password_hash_rounds = 4
"""

NEUTRON = """
[DEFAULT]
log_file = {directory}/neutron.log
state_path = {directory}
core_plugin = ml2
service_plugins = router
auth_strategy = keystone
transport_url = fake:/
api_workers = 0
rpc_workers = 0
rpc_state_report_workers = 0
bind_host = 127.0.0.1
bind_port = {neutron_port}
api_paste_config = {directory}/paste.ini
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
[database]
connection = {neutron_database}
[oslo_concurrency]
lock_path = {directory}
[keystone_authtoken]
www_authenticate_uri = {keystone}
auth_url = {keystone}
auth_type = password
username = admin
password = {admin}
project_name = admin
user_domain_id = default
project_domain_id = default
interface = public
service_type = network
token_cache_time = -1
[ml2]
type_drivers = local
tenant_network_types = local
mechanism_drivers =
"""


def orphan():
    """A child goes when this process does, however that goes."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def python(code, *arguments):
    return [sys.executable, "-c", code, *arguments]


def request(method, url, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    asked = urllib.request.Request(url, method=method, headers=headers,
                                   data=None if body is None else json.dumps(body).encode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=60) as answer:
            text = answer.read()
            return answer.headers, json.loads(text) if text else {}
    except urllib.error.HTTPError as error:
        sys.exit("%s %s: %s %s" % (method, url, error.code, error.read()[:1000]))


class Services:
    def __init__(self, directory, keystone_database, neutron_database):
        self.directory = directory
        self.children = []
        self.values = {"directory": directory, "keystone_database": keystone_database, "admin": ADMIN,
                       "neutron_database": neutron_database, "neutron_port": free_port()}
        self.keystone_port = free_port()
        self.values["keystone"] = self.keystone = "http://127.0.0.1:%d" % self.keystone_port
        self.neutron = "http://127.0.0.1:%d" % self.values["neutron_port"]
        self.environment = dict(os.environ, OS_KEYSTONE_CONFIG_FILES="keystone.conf",
                                OS_KEYSTONE_CONFIG_DIR=directory)
        for name, text in (("keystone.conf", KEYSTONE), ("neutron.conf", NEUTRON), ("paste.ini", PASTE)):
            with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                file.write(text.format(**self.values))

    def spawn(self, name, argv):
        with open(os.path.join(self.directory, name + ".out"), "ab") as out:
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.directory,
                                    env=self.environment, preexec_fn=orphan)

    def finish(self, name, argv):
        self.expect(name, self.spawn(name, argv).wait())

    def expect(self, name, code):
        if code != 0:
            with open(os.path.join(self.directory, name + ".out"), encoding="utf-8", errors="replace") as out:
                sys.exit("%s ended with %d: %s" % (name, code, out.read()[-2000:]))

    def serve(self, name, argv, port):
        child = self.spawn(name, argv)
        self.children.append(child)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if child.poll() is not None:
                self.expect(name, child.returncode or -1)
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit(name + " does not listen")

    def manage(self, *arguments):
        self.finish("keystone-manage", ["keystone-manage", "--config-file", self.directory + "/keystone.conf",
                                        *arguments])

    def start(self):
        configs = ["--config-file", self.directory + "/neutron.conf"]
        migration = self.spawn("neutron-db", python("from neutron.db.migration.cli import main; main()", *configs,
                                                    "upgrade", "heads"))
        self.manage("db_sync")
        me = str(os.getuid()), str(os.getgid())
        for what in ("fernet_setup", "credential_setup"):
            self.manage(what, "--keystone-user", me[0], "--keystone-group", me[1])
        self.manage("bootstrap", "--bootstrap-password", ADMIN, "--bootstrap-region-id", "RegionOne",
                    "--bootstrap-public-url", self.keystone + "/v3")
        self.serve("keystone", ["/usr/bin/keystone-wsgi-public", "--host", "127.0.0.1", "--port",
                                str(self.keystone_port)], self.keystone_port)
        self.expect("neutron-db", migration.wait())
        self.serve("neutron", python("from neutron.cmd.eventlet.server import main; main()", *configs),
                   self.values["neutron_port"])

    def token(self, name, password, project):
        user = {"name": name, "password": password, "domain": {"id": "default"}}
        headers, _ = request("POST", self.keystone + "/v3/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": project, "domain": {"id": "default"}}}}})
        return headers["X-Subject-Token"]


# The least that moving an address needs.
RULES = [("GET", "/v2.0/ports"), ("GET", "/v2.0/floatingips"), ("GET", "/v2.0/floatingips/*"),
         ("PUT", "/v2.0/floatingips/*")]


def populate_keystone(services):
    """A project, its member, application credentials of the least rights and of less; Neutron in the catalogue."""
    base, admin = services.keystone + "/v3/", services.token("admin", ADMIN, "admin")

    def create(path, kind, **fields):
        return request("POST", base + path, {kind: fields}, admin)[1][kind]

    service = create("services", "service", type="network", name="neutron")
    create("endpoints", "endpoint", interface="public", region_id="RegionOne", service_id=service["id"],
           url=services.neutron)
    project = create("projects", "project", name="orders", domain_id="default")
    user = create("users", "user", name="dba", password=USER, domain_id="default")
    roles = request("GET", base + "roles?name=member", token=admin)[1]["roles"]
    request("PUT", base + "projects/%s/users/%s/roles/%s" % (project["id"], user["id"], roles[0]["id"]), token=admin)
    mine = services.token("dba", USER, "orders")
    credentials = {}
    for name, rules in (("least", RULES), ("reading", RULES[:3])):
        fields = {"name": name, "roles": [{"name": "member"}],
                  "access_rules": [{"service": "network", "method": method, "path": path} for method, path in rules]}
        made = request("POST", base + "users/%s/application_credentials" % user["id"],
                       {"application_credential": fields}, mine)[1]["application_credential"]
        credentials[name] = {"id": made["id"], "secret": made["secret"]}
    return project["id"], user["id"], admin, credentials


def populate_neutron(services, project, admin, world):
    name, inside, outside, floating, *ips = world.split(",")
    base = services.neutron + "/v2.0/"

    def create(kind, **fields):
        return request("POST", base + kind + "s", {kind: dict(fields, tenant_id=project)}, admin)[1][kind]

    networks = {}
    for which, cidr in ((name + "-inside", inside), (name + "-outside", outside)):
        fields = {"router:external": True} if cidr == outside else {}
        networks[which] = create("network", name=which, **fields)["id"]
        subnet = create("subnet", network_id=networks[which], cidr=cidr, ip_version=4, enable_dhcp=False)["id"]
        networks[which + "-subnet"] = subnet
    router = create("router", name=name, external_gateway_info={"network_id": networks[name + "-outside"]})["id"]
    request("PUT", base + "routers/%s/add_router_interface" % router,
            {"subnet_id": networks[name + "-inside-subnet"]}, admin)
    ports = [create("port", name="%s-%d" % (name, i + 1), network_id=networks[name + "-inside"],
                    fixed_ips=[{"ip_address": ip}])["id"] for i, ip in enumerate(ips)]
    address = create("floatingip", floating_network_id=networks[name + "-outside"], floating_ip_address=floating)
    return {"address": address["id"], "ports": ports, "outside": networks[name + "-outside"]}


def main():
    directory, keystone_database, neutron_database, *worlds = sys.argv[1:]
    services = Services(directory, keystone_database, neutron_database)
    try:
        services.start()
        project, user, admin, credentials = populate_keystone(services)
        made = {world.split(",")[0]: populate_neutron(services, project, admin, world) for world in worlds}
        print(json.dumps({"auth_url": services.keystone, "network_url": services.neutron, "user": "dba",
                          "password": USER, "project": "orders", "project_id": project, "admin_token": admin,
                          "user_id": user, "credentials": credentials, "worlds": made}), flush=True)
        sys.stdin.read()
    finally:
        for child in services.children:
            child.kill()
            child.wait()


if __name__ == "__main__":
    main()
