# Installs moonbit-registry for the one who runs it: no administrator, nothing outside one directory.
#
#     irm https://HOST/install.ps1 | iex
#     .\install.ps1 [-To DIR] [-From URL] [-Uninstall]
#
# All of it is one block that the last line closes, so that a download that was cut short does nothing.
& {
  param(
    [string]$To = "",
    [string]$From = "",
    [switch]$Uninstall
  )
  $ErrorActionPreference = "Stop"
  # Drawing progress makes Windows PowerShell download many times slower.
  $ProgressPreference = "SilentlyContinue"

  # Where releases are, and who served this script, if a registry did.
  $Releases = "https://github.com/moonbit-registry/moonbit-registry/releases/latest/download"
  $ServedBy = ""
  $Program = "moonbit-registry.exe"
  # Windows on ARM runs this one as well.
  $File = "moonbit-registry-windows-x64.exe"

  if (-not $To) { $To = $env:MOONBIT_REGISTRY_TO }
  if (-not $To) { $To = Join-Path $HOME ".local\bin" }
  if (-not $From) { $From = $env:MOONBIT_REGISTRY_FROM }
  if (-not $From) { $From = $ServedBy }
  $Target = Join-Path $To $Program
  # Where one that ran was moved to.
  $Old = "$Target.old"

  if ($Uninstall) {
    if (Test-Path -LiteralPath $Target) {
      Remove-Item -LiteralPath $Target -Force
      Write-Output "Removed $Target; registries that it made are left as they are"
    } else {
      Write-Output "There is no $Program in $To"
    }
    if (Test-Path -LiteralPath $Old) { Remove-Item -LiteralPath $Old -Force }
    return
  }

  if ($env:PROCESSOR_ARCHITECTURE -eq "x86" -and -not $env:PROCESSOR_ARCHITEW6432) {
    throw "install.ps1: there is no build for 32-bit Windows"
  }
  if ($From) { $Base = $From.TrimEnd("/") + "/dist" } else { $Base = $Releases }
  # Windows PowerShell 5.1 does not offer it by itself.
  [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

  New-Item -ItemType Directory -Force -Path $To | Out-Null
  $To = (Resolve-Path -LiteralPath $To).ProviderPath
  $Target = Join-Path $To $Program
  $Old = "$Target.old"
  # Beside the target, so that it is moved into place whole; of this ending, so that it can be tried.
  $Draft = Join-Path $To ".moonbit-registry-$PID.exe"
  $Sums = "$Draft.sums"
  try {
    Write-Output "Downloading $File from $Base"
    Invoke-WebRequest -UseBasicParsing -Uri "$Base/SHA256SUMS" -OutFile $Sums
    $Wanted = ""
    foreach ($Line in Get-Content -LiteralPath $Sums) {
      $Words = -split $Line
      if ($Words.Count -eq 2 -and $Words[1].TrimStart("*") -eq $File) { $Wanted = $Words[0] }
    }
    if (-not $Wanted) { throw "install.ps1: $Base/SHA256SUMS does not name ${File}: it has no build for this machine" }
    Invoke-WebRequest -UseBasicParsing -Uri "$Base/$File" -OutFile $Draft
    $Actual = (Get-FileHash -LiteralPath $Draft -Algorithm SHA256).Hash
    if ($Actual -ne $Wanted) {
      throw "install.ps1: $File has SHA-256 $Actual instead of ${Wanted}: not installed; try again later"
    }
    # Tried where it is to run: a policy may allow no programs there.
    $Runs = $false
    try {
      # What it writes to stderr would else count as an error of this script.
      $Says = & { $ErrorActionPreference = "Continue"; & $Draft --version 2>&1 } | Out-String
      $Runs = $LASTEXITCODE -eq 0
    } catch {
      $Says = "$_"
    }
    if (-not $Runs) {
      throw "install.ps1: $File does not run here: $($Says.Trim()); choose a directory that may hold programs: -To DIR"
    }
    if (Test-Path -LiteralPath $Target -PathType Container) {
      throw "install.ps1: $Target is a directory; move it away, or choose another directory: -To DIR"
    }
    $IsUpdate = Test-Path -LiteralPath $Target
    if ($IsUpdate) {
      # One that runs cannot be removed, but can be moved away.
      if (Test-Path -LiteralPath $Old) { Remove-Item -LiteralPath $Old -Force }
      Move-Item -LiteralPath $Target -Destination $Old
    }
    try {
      Move-Item -LiteralPath $Draft -Destination $Target
    } catch {
      if ($IsUpdate) { Move-Item -LiteralPath $Old -Destination $Target }
      throw
    }
    # It stays as long as it runs, until the next installation.
    if ($IsUpdate) { Remove-Item -LiteralPath $Old -Force -ErrorAction SilentlyContinue }
  } finally {
    foreach ($Left in $Sums, $Draft) {
      # What stays must not hide why nothing was installed.
      if (Test-Path -LiteralPath $Left) { Remove-Item -LiteralPath $Left -Force -ErrorAction SilentlyContinue }
    }
  }
  Write-Output "Installed $Target"
  if (($env:Path -split ";") -notcontains $To) {
    Write-Output "To find it by name, run this and open a new terminal:"
    Write-Output "  [Environment]::SetEnvironmentVariable('Path', '$To;' + [Environment]::GetEnvironmentVariable('Path', 'User'), 'User')"
  }
  if ($From) {
    Write-Output "To let moon use that registry:"
    Write-Output "  moonbit-registry setup-client $($From.TrimEnd('/'))"
  }
} @args
