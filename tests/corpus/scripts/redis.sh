#!/bin/bash
# A redis server on a socket in this directory, three commands, an orderly end.
set -eu
redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --appendonly no \
	--daemonize no --logfile /dev/null > /dev/null &
server=$!
trap 'kill "$server" 2> /dev/null || :' EXIT
exec {pause}<> <(:) # waiting without a process
for ((i = 0; i < 400; i++)); do
	[ ! -S redis.sock ] || break
	read -rt 0.05 -u "$pause" || :
done
redis-cli -s redis.sock SET colour blue
redis-cli -s redis.sock APPEND colour green
redis-cli -s redis.sock GET colour
redis-cli -s redis.sock SHUTDOWN NOSAVE
wait "$server"
trap - EXIT
echo "server ended with $?"
