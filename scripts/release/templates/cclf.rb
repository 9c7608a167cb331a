# A formula for Homebrew. The release writes it.
class Cclf < Formula
  desc "{{.Summary}}"
  homepage "{{.Homepage}}"
  version "{{.Version}}"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "{{.URL (printf "cclf-%s-darwin-arm64.tar.gz" .Version)}}"
      sha256 "{{index .Sums "darwin-arm64"}}"
    end
    on_intel do
      url "{{.URL (printf "cclf-%s-darwin-amd64.tar.gz" .Version)}}"
      sha256 "{{index .Sums "darwin-amd64"}}"
    end
  end

  on_linux do
    on_arm do
      url "{{.URL (printf "cclf-%s-linux-arm64.tar.gz" .Version)}}"
      sha256 "{{index .Sums "linux-arm64"}}"
    end
    on_intel do
      url "{{.URL (printf "cclf-%s-linux-amd64.tar.gz" .Version)}}"
      sha256 "{{index .Sums "linux-amd64"}}"
    end
  end

  def install
    bin.install "cclf"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/cclf.bash" => "cclf"
    zsh_completion.install "completions/_cclf"
    fish_completion.install "completions/cclf.fish"
  end

  test do
    system bin/"cclf", "synth", "-n", "1", "-o", "export"
    system bin/"cclf", "convert", "-o", "out", "export"
    assert_match "cclf1", shell_output("#{bin}/cclf query -d out --tables")
  end
end
