#compdef cclf
# Completion of cclf for zsh.

_cclf() {
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
  (( $#values )) && _describe 'cclf' values
}

if [[ $funcstack[1] == _cclf ]]; then
  _cclf
else
compdef _cclf cclf
fi
