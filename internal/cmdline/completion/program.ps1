# Completion of PROGRAM for PowerShell.

Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    # An empty argument would be dropped; a blank is the same.
    $current = if ($wordToComplete) { $wordToComplete } else { ' ' }
    & PROGRAM @words $current --generate-shell-completion 2>$null | Where-Object { $_ -notmatch '^:' } | ForEach-Object {
        $value, $text = $_ -split ':', 2
        if ($value -like "$wordToComplete*") {
            $text = if ($text) { $text } else { $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
        }
    }
}
