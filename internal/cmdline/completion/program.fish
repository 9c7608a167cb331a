# Completion of PROGRAM for fish.

function __PROGRAM_complete
    set -l current (commandline -ct)
    set -l words (commandline -opc) "$current"
    set -e words[1]
    for line in (PROGRAM $words --generate-shell-completion 2>/dev/null)
        switch $line
            case :folders
                __fish_complete_directories "$current"
            case :files
                __fish_complete_path "$current"
            case :data
                __fish_complete_directories "$current"
                __fish_complete_suffix .duckdb
            case '*'
                string replace ':' \t -- $line
        end
    end
end

complete -c PROGRAM -f -a '(__PROGRAM_complete)'
