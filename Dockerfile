# The studio in a container. Untested: nobody has built it yet.
#   docker build -t cadenza . && docker run --rm -p 127.0.0.1:8600:8600 cadenza
# then open http://localhost:8600/. For another name, add to the end of `docker run`: --allow-host NAME
FROM python:3.13-slim

WORKDIR /cadenza
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt --constraint constraints.txt

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
