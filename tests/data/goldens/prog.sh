printf 'one\ntwo\n' > out
mkdir -p d/e
mv out d/e/moved
ln -s moved d/e/link
cat d/e/moved
echo "${1:-done}" >&2
