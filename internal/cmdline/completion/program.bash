# Completion of PROGRAM for bash 3.2 and later. Needs no other package.

_PROGRAM_add() {
  local value
  while IFS= read -r value; do
    COMPREPLY+=("$value")
  done
}

_PROGRAM() {
  local program=${COMP_WORDS[0]/#\~/$HOME} cur=${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $cur == '=' ]] && cur=
    case $line in
      :folders) compopt -o filenames 2>/dev/null; _PROGRAM_add < <(compgen -d -- "$cur") ;;
      :files) compopt -o filenames 2>/dev/null; _PROGRAM_add < <(compgen -f -- "$cur") ;;
      :data)
        compopt -o filenames 2>/dev/null
        _PROGRAM_add < <(compgen -d -- "$cur"; compgen -f -X '!*.duckdb' -- "$cur")
        ;;
      *) [[ ${line%%:*} == "$cur"* ]] && COMPREPLY+=("${line%%:*}") ;;
    esac
  done < <("$program" "${COMP_WORDS[@]:1:COMP_CWORD}" --generate-shell-completion 2>/dev/null)
}

complete -F _PROGRAM PROGRAM
