@echo off
rem Serves the registry that this file lies beside. Options are those of `moonbit-registry serve`.
setlocal
set "source=%~dp0dist\moonbit-registry-windows-x64.exe"
set "program=%TEMP%\moonbit-registry-serve-%RANDOM%%RANDOM%.exe"
rem Copies that stayed when this was ended by Ctrl-C; one that runs cannot be deleted.
del /q "%TEMP%\moonbit-registry-serve-*.exe" >nul 2>&1
if not exist "%source%" (
  echo serve.bat: there is no "%source%"
  pause
  exit /b 1
)
echo Copying the program to this machine, so that it does not hang on the stick ...
copy /b /y "%source%" "%program%" >nul
if errorlevel 1 (
  echo serve.bat: cannot copy it to "%program%"
  pause
  exit /b 1
)
"%program%" --dir "%~dp0." serve --advertise %*
set "code=%errorlevel%"
del "%program%" >nul 2>&1
if not "%code%"=="0" pause
exit /b %code%
