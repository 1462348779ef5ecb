#!/bin/bash
# nginx with two workers on a socket in this directory, two requests, an orderly end.
set -eu
cat > nginx.conf << END
daemon off;
worker_processes 2;
error_log stderr crit;
pid $PWD/nginx.pid;
events { worker_connections 32; }
http {
	access_log off;
	client_body_temp_path $PWD/body;
	proxy_temp_path $PWD/proxy;
	fastcgi_temp_path $PWD/fastcgi;
	uwsgi_temp_path $PWD/uwsgi;
	scgi_temp_path $PWD/scgi;
	server { listen unix:$PWD/nginx.sock; root $PWD/site; }
}
END
nginx -p "$PWD" -c "$PWD/nginx.conf" &
server=$!
trap 'kill "$server" 2> /dev/null || :' EXIT
exec {pause}<> <(:) # waiting without a process
for ((i = 0; i < 400; i++)); do
	[ ! -S nginx.sock ] || break
	read -rt 0.05 -u "$pause" || :
done
curl -sS --unix-socket nginx.sock -o index.html http://corpus/index.html
curl -sS --unix-socket nginx.sock -o /dev/null -w '%{http_code}\n' http://corpus/absent
kill -QUIT "$server"
wait "$server"
trap - EXIT
cat index.html
