read -r word < note
[ "$word" = two ]
