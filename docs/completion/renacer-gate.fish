# fish completion for renacer-gate and renacer
for command in check record show diff migrate selftest calibrate validate init explain schema doctor
    complete -c renacer-gate -n __fish_use_subcommand -a $command
end
for program in renacer-gate renacer renacer-compare
    complete -c $program -a "($program --help 2> /dev/null | string match -rg -- '^ +(?:-[A-Za-z], )?(--[a-z-]+)')"
end
