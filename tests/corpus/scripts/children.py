"""Runs other programs: with a pipe, with a shell, one that fails, several at once."""
import subprocess

print(subprocess.run(["tr", "a-z", "A-Z"], input=b"shout\n", capture_output=True).stdout)
print(subprocess.check_output("printf 'one two' | wc -w", shell=True))
print("exit", subprocess.run(["sh", "-c", "exit 7"]).returncode)
several = [subprocess.Popen(["sh", "-c", f"echo {n} > child{n}"]) for n in range(4)]
print([child.wait() for child in several])
