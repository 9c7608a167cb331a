#compdef PROGRAM
# Completion of PROGRAM for zsh.

_PROGRAM() {
  local line
  local -a lines values
  lines=("${(@f)$("${words[1]}" "${(@Q)words[2,CURRENT]}" --generate-shell-completion 2>/dev/null)}")
  for line in "${lines[@]}"; do
    case $line in
      :folders) _files -/ ;;
      :files) _files ;;
      :data) _files -/; _files -g '*.duckdb(-.)' ;;
      ?*) values+=("$line") ;;
    esac
  done
  (( $#values )) && _describe 'PROGRAM' values
}

if [[ $funcstack[1] == _PROGRAM ]]; then
  _PROGRAM
else
compdef _PROGRAM PROGRAM
fi
