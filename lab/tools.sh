# shellcheck shell=bash
# The Pulumi engine, its language hosts for Node and YAML and the two provider plugins, in the cache. Sourced.

# tools_install: guarantees $CACHE/pulumi/$PULUMI/{pulumi,pulumi-language-nodejs}, the YAML host in
# $CACHE/pulumi-yaml/$PULUMI_YAML and both plugins in $CACHE/pulumi-home.
tools_install() {
  make_once "$CACHE/pulumi/$PULUMI" pulumi_get
  make_once "$CACHE/pulumi-yaml/$PULUMI_YAML" yaml_get
  plugin_install command "$PULUMI_COMMAND"
  plugin_install tls "$PULUMI_TLS"
}

pulumi_get() {
  local dir=$1 installed version base=https://github.com/pulumi/pulumi/releases/download/v$PULUMI
  local module=github.com/pulumi/pulumi variable=github.com/pulumi/pulumi/sdk/v3/go/common/version.Version
  if installed=$(command -v pulumi) && command -v pulumi-language-nodejs >/dev/null; then
    version=$(PULUMI_SKIP_UPDATE_CHECK=true pulumi version)
    if [[ $version == v3.* ]] && at_least "v$PULUMI" "$version"; then
      say "using the installed pulumi $version"
      ln -s "$installed" "$(command -v pulumi-language-nodejs)" "$dir"
      return
    fi
  fi
  unpack "$dir" "$base/pulumi-v$PULUMI-linux-${ARCH/amd64/x64}.tar.gz" "$base/pulumi-$PULUMI-checksums.txt" \
    pulumi/pulumi pulumi/pulumi-language-nodejs && return
  say "building pulumi $PULUMI and its Node host from Go modules (3 to 4 min)"
  GO_LDFLAGS="-X $variable=v$PULUMI" go_build "$dir" $module/pkg/v3 "v$PULUMI" pulumi=$module/pkg/v3/cmd/pulumi
  GO_LDFLAGS="-X $variable=$PULUMI_NODEJS" go_build "$dir" $module/sdk/v3 "v$PULUMI_NODEJS" \
    pulumi-language-nodejs=$module/sdk/v3/nodejs/cmd/pulumi-language-nodejs
}

yaml_get() {
  local dir=$1 installed module=github.com/pulumi/pulumi-yaml version=v$PULUMI_YAML
  if installed=$(command -v pulumi-language-yaml); then
    say "using the installed $installed"
    ln -s "$installed" "$dir"
    return
  fi
  unpack "$dir" "https://$module/releases/download/$version/pulumi-language-yaml-$version-linux-$ARCH.tar.gz" \
    "https://$module/releases/download/$version/pulumi-language-yaml_${PULUMI_YAML}_checksums.txt" \
    pulumi-language-yaml && return
  say "building Pulumi's YAML host from a Go module (1 min)"
  go_build "$dir" $module "$version" pulumi-language-yaml=$module/cmd/pulumi-language-yaml
}

# plugin_install NAME VERSION: a double is replaced when its sources change; what came from the vendor stays.
plugin_install() {
  local plugin=resource-$1-v$2 source
  local dir=$CACHE/pulumi-home/plugins/$plugin
  if [[ -x $dir/pulumi-resource-$1 ]]; then
    source=$(cat "$dir/source" 2>/dev/null) || source=unknown
    [[ $source == vendor || $source == "double $(key "$LAB/doubles")" ]] && return
  fi
  make_once "$dir.new" plugin_get "$1" "$2"
  rm -rf "$dir"
  mv -T "$dir.new" "$dir"
}

plugin_get() {
  local dir=$1 name=$2 version=$3 base=https://github.com/pulumi/pulumi-$2/releases/download/v$3
  local installed=$HOME/.pulumi/plugins/resource-$name-v$version doubles
  if [[ -x $installed/pulumi-resource-$name ]]; then
    say "using the installed plugin $name $version"
    cp -a "$installed/." "$dir"
    echo vendor >"$dir/source"
  elif unpack "$dir" "$base/pulumi-resource-$name-v$version-linux-$ARCH.tar.gz" \
    "$base/pulumi-${name}_${version}_checksums.txt" "pulumi-resource-$name"; then
    echo vendor >"$dir/source"
  else
    doubles=$CACHE/doubles/$(key "$LAB/doubles")
    make_once "$doubles" doubles_build
    cp "$doubles/pulumi-resource-$name" "$dir"
    echo "double $(key "$LAB/doubles")" >"$dir/source"
  fi
}

doubles_build() {
  say "the plugins of Pulumi's vendor cannot be downloaded here: building the lab's doubles of them (1 to 2 min)"
  logged "$LAB/doubles/build" "$1"
}
