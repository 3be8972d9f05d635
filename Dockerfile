# The studio in a container. No container was built of it so far: its steps were walked in a Debian 13 folder
# (debootstrap and chroot) with Debian's Python 3.13, as the ordinary user; what that leaves untried is in SECURITY.md.
#   docker build -t cadenza . && docker run --rm -p 127.0.0.1:8600:8600 cadenza
# then open http://localhost:8600/. For another name, add to the end of `docker run`: --allow-host NAME
# For a build that is the same for ever, put the digest that `docker pull` prints behind the tag: python:3.13-slim@sha256:...
FROM python:3.13-slim

WORKDIR /cadenza
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY apps apps
COPY course course
COPY data data
COPY models models
COPY music music
COPY utils utils
COPY pretrained pretrained
RUN useradd --create-home studio
USER studio

EXPOSE 8600
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8600/api/networks', timeout=4)"]
ENTRYPOINT ["python", "-m", "apps.studio", "--no-browser", "--host", "0.0.0.0", "--allow-host", "localhost"]
