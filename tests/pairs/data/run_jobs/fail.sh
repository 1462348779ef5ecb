echo partial
echo broken >&2
exit 7
