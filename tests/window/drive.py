#!/usr/bin/python3
"""Black box: the real program in a real window, driven by accessible names over AT-SPI. usage: drive.py BINARY OUT_DIR"""
import os, subprocess, sys, tempfile, time
import pyatspi

binary, out = sys.argv[1], sys.argv[2]
name = os.path.basename(binary)
home = tempfile.mkdtemp()
environment = dict(os.environ, LANG="zh_CN.UTF-8", LC_ALL="C.UTF-8")
program = subprocess.Popen([binary, "--home", home, "--lang", "zh"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def walk(node):
    yield node
    for child in node:
        if child is not None:
            yield from walk(child)


def nodes():
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.name == name:
            yield from walk(application)


def find(label, role=None, timeout=20):
    end = time.time() + timeout
    while time.time() < end:
        if program.poll() is not None:
            fail(f"the program ended with {program.returncode}")
        try:
            for node in nodes():
                if label in (node.name or "") and (role is None or node.getRoleName() == role):
                    return node
        except Exception:  # the tree changes while it is read
            pass
        time.sleep(0.1)
    seen = sorted({f"{n.getRoleName()}: {n.name}" for n in nodes() if n.name})
    fail(f"not found: {role} {label!r}; seen: " + "; ".join(seen))


def press(label, role="push button"):
    find(label, role).queryAction().doAction(0)


def picture(file):
    path = os.path.join(out, file)
    subprocess.run(["import", "-window", "root", path], check=True)
    colours = int(subprocess.run(["identify", "-format", "%k", path], check=True, capture_output=True, text=True).stdout)
    if colours < 50:
        fail(f"{path} looks blank: {colours} colours")
    print(f"kept {path} ({colours} colours)")


def fail(message):
    program.terminate()
    print(message)
    print(program.communicate(timeout=5)[0].decode(errors="replace")[-4000:])
    sys.exit(1)


started = time.time()
find("发送", "push button")
print(f"the window answered {time.time() - started:.2f} s after its start")
picture("window-card.png")
press("发送")
find("已受理")
print("a first card was accepted by the sandbox")
picture("window-card-sent.png")
find("工作通知").queryAction().doAction(0)
time.sleep(1)
picture("window-notice.png")
press("发送")
time.sleep(1)
find("已受理")
print("a first notice was accepted by the sandbox")
picture("window-notice-sent.png")
program.terminate()
program.wait(10)
print("4 passed, 0 failed")
