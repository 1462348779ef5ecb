#!/bin/bash
# Two socats on a socket of this directory: one serves a file once, one fetches it.
set -eu
socat -u FILE:words.txt UNIX-LISTEN:words.sock &
server=$!
exec {pause}<> <(:) # waiting without a process
for ((i = 0; i < 400; i++)); do
	[ ! -S words.sock ] || break
	read -rt 0.05 -u "$pause" || :
done
socat -u UNIX-CONNECT:words.sock OPEN:fetched.txt,creat
wait "$server"
cmp words.txt fetched.txt && echo same
