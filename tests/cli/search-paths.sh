#!/bin/bash
# Libraries and modules are the runtime's wherever they lie; data beside them, plugins that the
# program loads itself and the same files read as data are what the program reads.
set -u
export UV_USE_IO_URING=0 # some releases of node use it, and fall back
bad=0
fails() { echo "$*"; bad=1; }
reads() { # command...: what is told of reads
	rm -f t.rtrace
	renacer record -o t.rtrace -- "$@" > out 2>&1 || fails "$what: it failed: $(cat out)"
	renacer-gate show "${profile:-effects}" t.rtrace > shown 2>&1 || fails "$what: $(cat shown)"
	sed -n '/^  reads:/,/^  [a-z]*:/s/^    //p' shown > reads
}
profile=--profile=effects
told() { grep -qE "$1" reads || fails "$what: '$1' is not told: $(cat reads)"; }
quiet() { ! grep -qE "$1" reads || fails "$what: '$1' is told: $(cat reads)"; }

mkdir -p app/lib app/plugins && cd app || exit 1
cat > lib.c << 'END'
int answer(void) { return 42; }
END
cat > prog.c << 'END'
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int answer(void);
int main(int argc, char **argv)
{
	char room[8];
	int fd = open(argc > 2 ? argv[2] : "lib/data.so", O_RDONLY);
	if (fd < 0 || read(fd, room, sizeof room) < 0)
		return 1;
	if (argc > 1 && argv[1][0] == 'p' && !dlopen("./plugins/plugin.so", RTLD_NOW))
		return 2;
	printf("%d\n", answer());
	return 0;
}
END
gcc -shared -fPIC -Wl,-soname,libanswer.so -o lib/libanswer.so lib.c && gcc -shared -fPIC -o plugins/plugin.so lib.c &&
	gcc -o runpath prog.c -Llib -lanswer -ldl '-Wl,-rpath,$ORIGIN/lib' &&
	gcc -o plain prog.c -Llib -lanswer -ldl || { echo 'no compiler that works'; exit 77; }
echo some data > lib/data.so

for program in 'a library by RUNPATH' 'a library by LD_LIBRARY_PATH' 'LD_PRELOAD'; do
	what=$program
	case $program in
	*RUNPATH) reads ./runpath ;;
	*LIBRARY_PATH) reads env LD_LIBRARY_PATH="$PWD/lib" ./plain ;;
	*) reads env LD_PRELOAD=lib/libanswer.so ./plain ;;
	esac
	told '<cwd>/lib/data\.so'
	quiet libanswer
done
what='a plugin'
reads ./runpath p
told '<cwd>/plugins/plugin\.so'
quiet libanswer
what='a library read as data as well'
reads ./runpath d lib/libanswer.so
told '<cwd>/lib/libanswer\.so'
what='a library read as data by somebody else'
reads sh -c './runpath; cat < lib/libanswer.so > /dev/null'
told '<cwd>/lib/libanswer\.so'
what='a library that the command line names'
reads ./runpath d lib/libanswer.so
told '<cwd>/lib/libanswer\.so'

# Profile strict: what the loader looks up is start-up, and what the program reads is not.
what=strict
profile=--profile=strict
reads ./runpath
! grep -q 'call=.*libanswer' shown || fails "$what: the loader's calls are told: $(cat shown)"
grep -q 'call=open(<cwd>/lib/data.so' shown || fails "$what: the program's open is cut: $(cat shown)"
profile=--profile=effects

if [ -x /usr/bin/python3 ]; then
	mkdir -p modules && echo 'WORD = 42' > modules/found.py && echo text > modules/data.txt
	cat > script.py << 'END'
import found
open("modules/data.txt").read()
print(found.WORD)
END
	what='PYTHONPATH'
	for _ in 1 2; do # the second time the compiled form is there
		reads env PYTHONPATH=modules /usr/bin/python3 script.py
		told '<cwd>/script\.py'
		told '<cwd>/modules/data\.txt'
		quiet 'found\.py'
	done
	what='a text that python reads as data'
	echo 'x = 1' > config.py
	reads /usr/bin/python3 -c 'exec(open("config.py").read())'
	told '<cwd>/config\.py'
	if /usr/bin/python3 -m venv --without-pip venv 2> /dev/null; then
		what='a virtual environment'
		site=$(echo venv/lib/python3*/site-packages)
		echo 'WORD = 43' > "$site/found.py"
		reads venv/bin/python script.py
		grep -q 43 out || fails "$what: it is not used: $(cat out)"
		told '<cwd>/script\.py'
		quiet 'found\.py|pyvenv'
	fi
fi
if command -v perl > /dev/null; then
	mkdir -p perl && echo 'package Found; sub word { 42 } 1;' > perl/Found.pm && echo x > perl/data
	what=PERL5LIB
	reads env PERL5LIB=perl perl -e 'use Found; open F, "perl/data"; print <F>, Found::word, "\n"'
	told '<cwd>/perl/data'
	quiet 'Found\.pm'
fi
if command -v node > /dev/null; then
	mkdir -p node_modules/found && echo 'module.exports = 42' > node_modules/found/index.js
	echo '{"x": 1}' > data.json
	echo 'console.log(require("found"), require("fs").readFileSync("data.json", "utf8"))' > main.js
	what=node_modules
	reads node main.js
	told '<cwd>/data\.json'
	told '<cwd>/main\.js'
	quiet 'node_modules'
fi
exit $bad
